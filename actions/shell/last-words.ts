const MOST_LINES = 5
const MOST_CHARACTERS = 400

/** Escape sequences of terminals, whole ones. */
const ESCAPES = /\u001b(?:\[[0-9;?]{0,20}[ -/]{0,5}[@-~]|\][^\u0007\u001b]{0,200}(?:\u0007|\u001b\\)|[@-Z\\-_])/g
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const NAMES =
  'token|authorization|password|passwd|passphrase|secret|cookie|credential|api[-_]?key|access[-_]?key|private[-_]?key|[-_]pass\\b|pwd\\b'
/** What a command may say of a secret: in a URL, in a header, as `name=value` or `name: value`, as an option with its value. */
const SECRETS = [
  [/((?:authorization|cookie)["']?\s{0,3}[=:]\s{0,3})[^\r\n]+/gi, '$1[redacted]'],
  [/((?:^|\s)(?:-[uU]|--(?:proxy-)?user)[ =]?)("[^"]*:[^"]*"|'[^']*:[^']*'|[^\s:"']{1,200}:\S+)/gm, '$1[redacted]'],
  [/:\/\/[^\s/@]{1,200}@/g, '://[redacted]@'],
  [/\b(bearer|basic)\s{1,3}[\w.~+/=-]{6,}/gi, '$1 [redacted]'],
  [
    new RegExp(
      `((?:${NAMES})[\\w-]{0,40}["']?\\s{0,3}[=:]\\s{0,3})(?!\\[redacted\\])("[^"]*"|'[^']*'|[^\\s,;]+)`,
      'gi',
    ),
    '$1[redacted]',
  ],
  [new RegExp(`(--[\\w-]{0,40}(?:${NAMES})[\\w-]{0,40}\\s{1,3})\\S+`, 'gi'), '$1[redacted]'],
] as const

/**
 * The last lines of what a command wrote to its standard error, on one line: short, without what a terminal would obey, and without
 * what is, or looks like, a secret. Empty where it wrote nothing.
 */
export function lastWords(stderr: string, env: Readonly<Record<string, string>>): string {
  const lines = withoutSecrets(stderr.toWellFormed().replace(ESCAPES, ''), env)
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll('\t', ' ').replace(UNSEEN, '·').trim())
    .filter((line) => line !== '')
  return shortened(lines.slice(-MOST_LINES).join(' | '))
}

function withoutSecrets(text: string, env: Readonly<Record<string, string>>): string {
  const named = Object.entries(env).flatMap(([name, value]) =>
    new RegExp(NAMES, 'i').test(name) && value ? [value] : [],
  )
  const known = named.reduce((rest, value) => rest.replaceAll(value, '[redacted]'), text)
  return SECRETS.reduce((rest, [looks, instead]) => rest.replace(looks, instead), known)
}

/** The end says most. */
function shortened(text: string): string {
  const characters = [...text]
  return characters.length <= MOST_CHARACTERS ? text : `…${characters.slice(-MOST_CHARACTERS).join('')}`
}
