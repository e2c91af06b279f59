import type { StepPlan } from '../../schemas/plan.ts'
import { everyStep } from './every-step.ts'
import { instanceOf } from './run.ts'
import type { Run } from './run.ts'

/** After a conflict: the place of the readings to go back to, as long as the rounds last (G7). */
export function goBack(run: Run, steps: readonly StepPlan[], step: StepPlan): number | undefined {
  // An item of a loop cannot send the items before it back.
  if (step.kind !== 'do' || step.premise === undefined || step.forEach !== undefined) return undefined
  const { backTo } = step.premise
  const instance = instanceOf(run, step.id)
  const round = (run.whole.conflicts.get(instance) ?? 0) + 1
  const to = steps.findIndex(({ id }) => id === backTo)
  if (backTo === undefined || to < 0 || round > run.plan.conflictRounds) return undefined
  run.whole.conflicts.set(instance, round)
  run.whole.rounds.set(instance, (run.whole.rounds.get(instance) ?? 0) + 1)
  run.ledger.enter({ kind: 'conflict', step: instance, backTo: instanceOf(run, backTo), round })
  forget(run, steps.slice(to))
  return to
}

/** Steps that are walked again have no results and no votes until then; readings stay until they are read again. */
function forget(run: Run, steps: readonly StepPlan[]): void {
  const instances = steps.map(({ id }) => instanceOf(run, id))
  const within = everyStep(steps).map(({ id }) => instanceOf(run, id))
  for (const { id } of steps) {
    run.results.delete(id)
    run.outputs.delete(id)
  }
  for (const kept of [run.bases, run.lists])
    for (const instance of kept.keys()) if (isOneOf(instance, within)) kept.delete(instance)
  // What a run that only proposes was allowed, it was allowed as a whole.
  const agreed = new Set(run.whole.agreement.map(({ signature }) => signature))
  run.whole.votes = run.whole.votes.filter(
    ({ vote, signature }) => agreed.has(signature) || !isOneOf(vote.step, within),
  )
  run.ledger.stepsReopen(instances, within)
}

/** Is it an instance of one of these steps, of an item of theirs, or of a callee? */
function isOneOf(instance: string, steps: readonly string[]): boolean {
  return steps.some((step) => instance === step || instance.startsWith(`${step}.`) || instance === `${step}-outputs`)
}
