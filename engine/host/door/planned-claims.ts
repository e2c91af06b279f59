import { canonical } from '../../../schemas/canonical.ts'
import type { Json } from '../../../schemas/json.ts'
import type { Operands, OutcomeKind, Plan } from '../../../schemas/plan.ts'
import type { ClaimRequest } from '../../../schemas/run.ts'
import { resolveOperand } from '../../core/operand.ts'
import type { Scope } from '../../core/scope.ts'
import { isCertain } from './certain.ts'

/** Ends of which the engine itself speaks, where no outcome of the runbook fits. */
const ENGINES_OWN: readonly OutcomeKind[] = ['failed-unsafe', 'failed-safe', 'blocked', 'aborted']

interface PlannedClaim {
  readonly effect: string
  readonly target: Operands
}

/** Whose claims they are: those of the run, or of a runbook that it called. */
export interface Claimant {
  readonly runId: string
  readonly plan: Plan
  /** What can be known at the end of its steps. */
  readonly scope: Scope
  /** Everything that an honest run claims can be known, by the grounds that it gives; otherwise only what is certain. */
  readonly whole: boolean
}

/**
 * Whether these are the claims that the Plan makes with this outcome, about this run: the workflow that asks is not believed, and
 * a claim that it left out would be guarded by no rule (G25).
 */
export function arePlanned(outcome: string, claims: ClaimRequest['claims'], claimant: Claimant): boolean {
  return plannedFor(claimant.plan, outcome).some(
    (planned) => planned.length === claims.length && planned.every((claim, at) => isSame(claim, claims[at], claimant)),
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

/** As far as a target can be known here, it must be the Plan's; the rest of it were facts and outputs of the run. */
function isSame(
  planned: PlannedClaim,
  claimed: ClaimRequest['claims'][number] | undefined,
  { runId, scope, whole }: Claimant,
): boolean {
  if (claimed?.effect !== planned.effect || claimed.target['run'] !== runId) return false
  const fields = Object.keys(claimed.target).filter((field) => field !== 'run')
  if (fields.some((field) => !Object.hasOwn(planned.target, field))) return false
  return Object.entries(planned.target).every(([field, operand]) => {
    const looked = resolveOperand(operand, scope)
    if ('unknown' in looked) return !whole && !isCertain(operand)
    return sameValue(looked.value, claimed.target[field])
  })
}

function sameValue(one: Json, other: Json | undefined): boolean {
  return other !== undefined && canonical(one) === canonical(other)
}
