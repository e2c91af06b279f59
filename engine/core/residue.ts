import type { Outcome } from '../../schemas/run.ts'
import type { Completed, Run } from './run.ts'

/** What stays in force of what was done. */
export interface Residue {
  readonly left: Outcome['left']
  /** Something stays of which nobody has said that it is safe. */
  readonly unsafe: boolean
  /** Steps that were to be taken back, and were not. */
  readonly refused?: readonly string[]
}

/** So many things are listed one by one; a loop can leave thousands. */
const LISTED = 100

/** What stays, here and in what this place has called. */
export function residueOf(run: Run): Residue {
  const mine = run.whole.completed.filter(({ step, now }) => step.startsWith(run.prefix) && now !== 'undone')
  const refused = mine.filter(({ now }) => now === 'not-undone').map(({ step }) => step)
  return {
    left: listed(mine),
    unsafe: mine.some(({ leaves, undo, now }) => leaves === undefined && (undo === undefined || now === 'not-undone')),
    ...(refused.length === 0 ? {} : { refused }),
  }
}

function listed(completed: readonly Completed[]): Outcome['left'] {
  // Of very many, those come first that were to be taken back and are not.
  const first = completed.filter(({ now }) => now === 'not-undone')
  const left = [...first, ...completed.filter(({ now }) => now !== 'not-undone')].flatMap(
    ({ step, leaves, lift, now }) => {
      // What was to be taken back and was not, is half done: somebody must know, whether it is safe or not.
      const text = leaves ?? (now === 'not-undone' ? 'it was done, and was not taken back' : undefined)
      return text === undefined ? [] : [{ step, text, ...(lift === undefined ? {} : { lift }) }]
    },
  )
  const last = left[LISTED]
  if (last === undefined) return left
  return [...left.slice(0, LISTED), { step: last.step, text: `and ${left.length - LISTED} more of this kind` }]
}
