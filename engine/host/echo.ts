/** So much of what somebody typed tells them what is meant. */
const NAME = 60
const PATH = 300

/** What somebody typed, as a message may repeat it: on one line, cut where it is long, without what steers a terminal. */
export function echoed(text: string, most = NAME): string {
  const shown = onOneLine(text.slice(0, most + 1)).replaceAll('`', '?')
  return text.length > most ? `${whole(shown.slice(0, most))}…` : shown
}

/** The same of a path, of which the end says most. */
export function echoedPath(path: string): string {
  const shown = onOneLine(path.slice(-PATH))
  return path.length > PATH ? `…${whole(shown)}` : shown
}

function onOneLine(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?')
}

/** A cut may leave half a character. */
function whole(text: string): string {
  return text.toWellFormed()
}
