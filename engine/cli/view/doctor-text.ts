import type { Finding } from '../doctor/finding.ts'
import { pad, paint, plain } from '../terminal.ts'

const MARKS = { ok: ['green', '✓'], note: ['yellow', '!'], wrong: ['red', '✗'] } as const

/** What was found, part by part, each with what mends it; at the end whether all is well. */
export function doctorText(found: readonly Finding[]): string[] {
  const widest = Math.max(...found.map(({ part }) => part.length))
  const wrong = found.filter(({ state }) => state === 'wrong').length
  const verdict =
    wrong === 0
      ? paint('green', 'nothing is wrong')
      : paint('red', `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} wrong`)
  return [...found.flatMap((finding) => linesOf(finding, widest)), '', verdict]
}

function linesOf({ part, state, says, mend }: Finding, widest: number): string[] {
  const [colour, mark] = MARKS[state]
  const [first = '', ...others] = says.split('\n')
  const indent = ' '.repeat(widest + 6)
  return [
    `  ${paint(colour, mark)} ${pad(part, widest)}  ${plain(first)}`,
    ...others.map((line) => `${indent}${plain(line)}`),
    ...(mend === undefined ? [] : [`${indent}${paint('cyan', 'mend')}: ${plain(mend)}`]),
  ]
}
