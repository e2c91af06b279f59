import { readFile } from 'node:fs/promises'

/** The last lines of a log, indented, for an error message; empty where there are none. */
export async function logTail(file: string, lines = 12): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const last = text.trimEnd().split('\n').slice(-lines)
  return last
    .map((line) => `  ${line.slice(0, 400)}`)
    .join('\n')
    .trimEnd()
}
