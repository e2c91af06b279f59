import type { Code } from './codes.ts'

/** One thing that a verifier looked at, in words; with a code where it does not hold. */
export interface Check {
  readonly id: CheckId
  readonly ok: boolean
  readonly code?: Code
  readonly text: string
}

export type CheckId =
  'form' | 'signature' | 'run' | 'files' | 'unsigned' | 'steps' | 'records' | 'admission' | 'approvals' | 'readings'

export interface Problem {
  readonly code: Code
  readonly text: string
}

/** So many problems of one kind are told one by one. */
const MOST_TOLD = 50

/** One check for each problem, or a single one that holds. Of many problems of one kind, the last check tells how many more there are. */
export function checked(id: CheckId, text: string, problems: readonly Problem[]): Check[] {
  if (problems.length === 0) return [{ id, ok: true, text }]
  const kinds = [...Map.groupBy(problems, ({ code }) => code).values()]
  return kinds.flatMap(shortened).map((problem) => ({ id, ok: false, ...problem }))
}

function shortened(problems: readonly Problem[]): readonly Problem[] {
  const [first] = problems
  if (first === undefined || problems.length <= MOST_TOLD) return problems
  const more = { code: first.code, text: `and ${problems.length - MOST_TOLD} more like these` }
  return [...problems.slice(0, MOST_TOLD), more]
}
