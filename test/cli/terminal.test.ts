import { afterEach, expect, test, vi } from 'vitest'
import { print, say } from '../../engine/cli/terminal.ts'

const SENTENCE = 'the schema of the database is not what it was at the decision, so nobody rolls back'
const WAYS = [
  ['the result', print, process.stdout],
  ['an error', say, process.stderr],
] as const

/** What is written to a stream, as if it were a terminal of so many columns. */
function written(stream: NodeJS.WriteStream, columns: number | undefined, write: () => void): string {
  const { isTTY, columns: before } = stream
  let text = ''
  const spy = vi.spyOn(stream, 'write').mockImplementation((part) => {
    text += String(part)
    return true
  })
  Object.assign(stream, { isTTY: columns !== undefined, columns })
  write()
  spy.mockRestore()
  Object.assign(stream, { isTTY, columns: before })
  return text
}

afterEach(() => vi.restoreAllMocks())

test.each(WAYS)('%s is folded to the width of the terminal, also of a narrow one', (_what, write, stream) => {
  for (const columns of [60, 40, 25]) {
    const lines = written(stream, columns, () => write(SENTENCE)).split('\n')
    expect(lines.length).toBeGreaterThan(2)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
    expect(
      lines
        .map((line) => line.trim())
        .join(' ')
        .trim(),
    ).toBe(SENTENCE)
  }
})

test.each(WAYS)(
  '%s is left as it is where no terminal shows it, and where somebody may copy it',
  (_what, write, stream) => {
    expect(written(stream, undefined, () => write(SENTENCE))).toBe(`${SENTENCE}\n`)
    const command = 'hint: runproof release stop-01234567 --reason "…"'
    expect(written(stream, 25, () => write(command))).toBe(`${command}\n`)
  },
)
