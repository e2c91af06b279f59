import type { Plan, StepPlan } from '../../../schemas/plan.ts'
import type { Twin, TwinEdit } from '../../../schemas/scenario.ts'
import { everyStep } from '../../core/every-step.ts'
import type { Report } from '../report.ts'
import { asList, readFields, startOf } from '../shape/fields.ts'
import { readWord, readWords } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { checkEffects, checkRule } from './exists.ts'
import type { ScenarioBench } from './exists.ts'
import { objectOf } from './data.ts'
import { EDIT_KEYS, TWIN_KEYS } from './keys.ts'

type Bench = ScenarioBench & { readonly plan: Plan }

/** Reads the naive twin of a scenario. */
export function readTwin(node: Node, bench: Bench): Twin | undefined {
  const { report } = bench
  const fields = readFields(node, TWIN_KEYS, report)
  const without = fields?.['without'] && readWord(fields['without'], '`without`', report)
  const harm = fields?.['harm'] && checkEffects(readWords(fields['harm'], '`harm`', report), bench)
  if (without !== undefined) checkRule(without, bench)
  if (harm?.length === 0)
    report.error('RB0102', startOf(fields?.['harm'] ?? node), 'a twin without harm shows nothing: name the effects')
  const list = fields?.['edit'] && asList(fields['edit'], '`edit`', report)
  const edit = (list?.items ?? []).flatMap((item) => readEdit(item, everyStep(bench.plan.steps), report) ?? [])
  return without === undefined || harm === undefined ? undefined : { without: without.text, harm, edit }
}

function readEdit(node: Node, steps: readonly StepPlan[], report: Report): TwinEdit | undefined {
  const fields = readFields(node, EDIT_KEYS, report)
  const step = fields?.['step'] && readWord(fields['step'], '`step`', report)
  const after = fields?.['after'] && readWord(fields['after'], '`after`', report)
  const anchor = after ?? step
  if (fields === undefined || step === undefined || anchor === undefined) return undefined
  if (!steps.some(({ id }) => id === anchor.text)) {
    report.unknown('RB0210', anchor.span, {
      message: `there is no step \`${anchor.text}\``,
      name: anchor.text,
      candidates: steps.map(({ id }) => id),
    })
  }
  return { step: step.text, set: objectOf(fields['set'], '`set`', report), ...(after && { after: after.text }) }
}
