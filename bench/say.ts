/** One line of progress: on standard error, so that the figures alone are the output. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
