const bold = process.stdout.isTTY && process.env['NO_COLOR'] === undefined

/** One line of what happens. */
export function say(line: string): void {
  console.log(line)
}

/** The beginning of a part. */
export function headline(text: string): void {
  console.log(`\n${bold ? `\u001b[1m${text}\u001b[0m` : text}\n${'─'.repeat(text.length)}`)
}
