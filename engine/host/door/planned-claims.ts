import { canonical } from '../../../schemas/canonical.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Operands, OutcomeKind, Plan } from '../../../schemas/plan.ts'
import type { Admission, ClaimRequest } from '../../../schemas/run.ts'
import { resolveOperand } from '../../core/operand.ts'
import { certainScope, isCertain } from './certain.ts'

/** Ends of which the engine itself speaks, where no outcome of the runbook fits. */
const ENGINES_OWN: readonly OutcomeKind[] = ['failed-unsafe', 'failed-safe', 'blocked', 'aborted']

interface PlannedClaim {
  readonly effect: string
  readonly target: Operands
}

/**
 * Whether these are the claims that the Plan makes with this outcome, about this run: the workflow that asks is not believed, and
 * a claim that it left out would be guarded by no rule (G25).
 */
export function arePlanned(
  { outcome, claims }: ClaimRequest,
  { plan, admission }: { readonly plan: Plan; readonly admission: Admission },
): boolean {
  return plannedFor(plan, outcome).some(
    (planned) =>
      planned.length === claims.length && planned.every((claim, at) => isSame(claim, claims[at], { plan, admission })),
  )
}

function plannedFor(plan: Plan, name: string): PlannedClaim[][] {
  const ofPlan = plan.outcomes.filter((outcome) => outcome.name === name)
  const own = ENGINES_OWN.filter((kind) => kind === name)
  return [
    ...ofPlan.map(({ as, claims }) => [{ effect: `claim.${as}`, target: {} }, ...claims]),
    ...own.map((kind) => [{ effect: `claim.${kind}`, target: {} }]),
  ]
}

/** As far as a target is certain, it must be the Plan's; the rest of it were facts and outputs of the run. */
function isSame(
  planned: PlannedClaim,
  claimed: ClaimRequest['claims'][number] | undefined,
  { plan, admission }: { readonly plan: Plan; readonly admission: Admission },
): boolean {
  if (claimed?.effect !== planned.effect || claimed.target['run'] !== admission.runId) return false
  const fields = Object.keys(claimed.target).filter((field) => field !== 'run')
  if (fields.some((field) => !Object.hasOwn(planned.target, field))) return false
  const scope = certainScope(plan, admission)
  return Object.entries(planned.target).every(([field, operand]) => {
    if (!isCertain(operand)) return true
    const looked = resolveOperand(operand, scope)
    return 'value' in looked && sameValue(looked.value, claimed.target[field])
  })
}

function sameValue(one: Json, other: Json | undefined): boolean {
  return other !== undefined && canonical(one) === canonical(other)
}
