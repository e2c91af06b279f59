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

/** One check for each problem, or a single one that holds. */
export function checked(id: CheckId, text: string, problems: readonly Problem[]): Check[] {
  if (problems.length === 0) return [{ id, ok: true, text }]
  return problems.map((problem) => ({ id, ok: false, ...problem }))
}
