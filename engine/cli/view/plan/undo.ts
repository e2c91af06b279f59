import type { Plan } from '../../../../schemas/plan.ts'
import { sitesOf } from '../../../core/rules.ts'
import type { Site } from '../../../core/rules.ts'
import { paint } from '../../terminal.ts'
import { operandsText } from '../operand-text.ts'

/** What becomes of each effect where the run stops: what takes it back, and what stays behind. */
export function undoText(plan: Plan): string[] {
  return sitesOf(plan)
    .filter(({ undo, step, causes }) => !undo && step?.kind === 'do' && causes.length > 0)
    .toReversed()
    .map(lineOf)
}

function lineOf({ at, step }: Site): string {
  const name = `  ${paint('cyan', at)}  `
  if (step?.kind !== 'do') return name
  const { undo, leaves } = step
  if (undo === undefined)
    return `${name}${leaves === undefined ? paint('red', 'not taken back: the run ends failed-unsafe') : `stays: ${leaves}`}`
  const otherwise = leaves === undefined ? '' : `; if that is denied, it stays: ${leaves}`
  return `${name}${undo.action} (${operandsText(undo.with)})${otherwise}`
}
