import type { PredicateProblem } from '../../core/cel.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { printable, widthOf } from '../../diagnostics/width.ts'
import { paintError } from '../terminal.ts'

/** What is wrong with a predicate that stands on the command line. */
export function problemsText(cel: string, problems: readonly PredicateProblem[]): string[] {
  return problems.flatMap((problem) => {
    const { start, end, message, label = '' } = problem
    const before = ' '.repeat(widthOf(printable(cel.slice(0, start))))
    const marks = '^'.repeat(Math.max(1, widthOf(printable(cel.slice(start, end)))))
    const help = helpFor(problem)
    return [
      `${paintError('red', 'error')}: ${printable(message)}`,
      `  | ${printable(cel)}`,
      `  | ${before}${marks} ${printable(label)}`.trimEnd(),
      ...(help === undefined ? [] : [`  = help: ${printable(help)}`]),
    ]
  })
}

function helpFor({ help, misspelt }: PredicateProblem): string | undefined {
  return help ?? (misspelt === undefined ? undefined : didYouMean(misspelt.name, misspelt.candidates))
}
