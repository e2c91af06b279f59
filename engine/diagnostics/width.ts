/** How many columns of a terminal a text takes: wide characters two, combining marks none. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** Tabs become two spaces and control characters a dot, so that a caret stands where it should. */
export function printable(text: string): string {
  return text
    .replaceAll('\t', '  ')
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/gu, '·')
}

function characterWidth(character: string): number {
  if (/\p{Mn}|\p{Me}|\u{fe0f}|\u{200d}/u.test(character)) return 0
  const code = character.codePointAt(0) ?? 0
  return isWide(code) || /\p{Emoji_Presentation}/u.test(character) ? 2 : 1
}

/** Hangul, Han, Kana and full-width forms (Unicode's East Asian Width W and F). */
function isWide(code: number): boolean {
  if (code < 0x1100) return false
  const ranges = [
    [0x1100, 0x115f],
    [0x2e80, 0x303e],
    [0x3041, 0xa4cf],
    [0xac00, 0xd7a3],
    [0xf900, 0xfaff],
    [0xfe30, 0xfe6f],
    [0xff00, 0xff60],
    [0xffe0, 0xffe6],
    [0x20000, 0x3fffd],
  ] as const
  return ranges.some(([from, to]) => code >= from && code <= to)
}
