import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, RunState } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'

/** Says at once that a rule can never be overridden, or that nothing asks for it; passes where it may be. */
export function refuseAbsolute(state: RunState, plan: Plan | undefined, rule: string): void {
  const forms = rulesOf(plan).filter(({ id }) => id === rule)
  const denial = denialBy(state, rule)
  const next = denial?.next ?? `runproof why ${state.runId}`
  if (plan !== undefined && forms.length === 0 && denial === undefined)
    throw refused(`the Plan of ${state.runId} has no rule \`${rule}\``, `runproof show ${state.runId}`)
  if (forms.some(({ overridable }) => overridable === 'never'))
    throw refused(`\`${rule}\` is absolute: nobody may override it`, next)
  if (
    denial !== undefined &&
    !denial.verdicts.some((found) => found.rule === rule && found.overridableBy !== undefined)
  )
    throw refused(`what \`${rule}\` asks of an override does not hold here`, next)
}

function rulesOf(plan: Plan | undefined): Plan['rules'] {
  if (plan === undefined) return []
  return [...plan.rules, ...Object.values(plan.callees ?? {}).flatMap(rulesOf)]
}

/** The newest denial in which the rule was not true. */
function denialBy({ entries, outcome }: RunState, rule: string): Denial | undefined {
  const denials = entries.flatMap((entry) =>
    'result' in entry && typeof entry.result === 'object' && entry.result.status === 'denied'
      ? [entry.result.denial]
      : [],
  )
  const all = outcome?.denial === undefined ? denials : [...denials, outcome.denial]
  return all.findLast(({ verdicts }) => verdicts.some((found) => found.rule === rule && found.says !== 'true'))
}

function refused(message: string, hint: string): OperatorError {
  return new OperatorError('RP0310', message, hint)
}
