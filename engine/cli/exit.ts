import { SUCCESSES } from '../../schemas/plan.ts'
import type { OutcomeKind } from '../../schemas/plan.ts'

/** What the exit code says to a script; the table stands in README.md. */
export const EXIT = {
  ok: 0,
  runbookWrong: 1,
  usageWrong: 2,
  runFailed: 3,
  evidenceWrong: 4,
  refused: 5,
  bug: 70,
  interrupted: 130,
} as const

export type Exit = (typeof EXIT)[keyof typeof EXIT]

const REFUSALS: readonly OutcomeKind[] = ['refused', 'blocked']

/** The exit code for the way in which a run ended: only a success is 0. */
export function exitOf({ as }: { readonly as: OutcomeKind }): Exit {
  if (SUCCESSES.includes(as)) return EXIT.ok
  return REFUSALS.includes(as) ? EXIT.refused : EXIT.runFailed
}
