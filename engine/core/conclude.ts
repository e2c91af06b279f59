import type { JsonObject } from '../../schemas/json.ts'
import type { OutcomeKind, OutcomePlan, StepPlan } from '../../schemas/plan.ts'
import type { Denial, Outcome } from '../../schemas/run.ts'
import { resolveOperand, resolveOperands, textOf } from './operand.ts'
import { holds, scopeOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/** The step at which a run stopped, and how. */
export interface Stop {
  readonly step: StepPlan
  readonly ended: Ended
}

/** Says how the run ended: the first outcome that fits and whose claims the rules allow (language.md 8). */
export async function conclude(run: Run, stop: Stop | undefined): Promise<Outcome> {
  run.ledger.phase('claiming')
  let denial = stop?.ended.denial
  for (const candidate of candidatesOf(run, stop)) {
    const result = await run.ports.claim({ outcome: candidate.name, claims: candidate.claims })
    run.ledger.enter({ kind: 'claim', outcome: candidate.name, result })
    // What stopped the run comes before a claim that could not be said.
    if (result.status === 'said') return finish(run, candidate, stop?.ended.denial ?? denial)
    denial = result.denial
  }
  return finish(run, unsayable(run, denial), denial)
}

interface Candidate {
  readonly name: string
  readonly as: OutcomeKind
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
  readonly message: string
  readonly tell: readonly string[]
}

function candidatesOf(run: Run, stop: Stop | undefined): Candidate[] {
  const fitting = run.plan.outcomes
    .filter((outcome) => fits(run, outcome, stop))
    .flatMap((outcome) => candidateOf(run, outcome))
  return stop === undefined || isCase(stop) ? fitting : [...fitting, engineOutcome(run, stop)]
}

/** A stop by a case is judged like the end of the list; any other stop only by an outcome that names it. */
function fits(run: Run, outcome: OutcomePlan, stop: Stop | undefined): boolean {
  if (!holds(outcome.when, run)) return false
  if (stop === undefined || isCase(stop)) return true
  return outcome.when.some(({ step, results }) => step === stop.step.id && results.includes(stop.ended.result))
}

function isCase({ step, ended }: Stop): boolean {
  return step.kind === 'decide' && ended.result !== 'cancelled'
}

/** A claim whose target cannot be filled cannot be said: the outcome is passed over. */
function candidateOf(run: Run, outcome: OutcomePlan): Candidate[] {
  const scope = scopeOf(run)
  const claims: { effect: string; target: JsonObject }[] = [
    { effect: `claim.${outcome.as}`, target: { run: run.runId } },
  ]
  for (const { effect, target } of outcome.claims) {
    const resolved = resolveOperands(target, scope)
    if ('unknown' in resolved) return []
    claims.push({ effect, target: { run: run.runId, ...resolved.input } })
  }
  const said = outcome.say === undefined ? undefined : resolveOperand(outcome.say, scope)
  const message =
    said !== undefined && 'value' in said ? textOf(said.value) : `${run.plan.runbook.title}: ${outcome.name}`
  return [{ name: outcome.name, as: outcome.as, claims, message, tell: outcome.tell }]
}

/** The engine's own word for a run that a denial, a failure, an overdue expectation or a person stopped. */
function engineOutcome(run: Run, { step, ended }: Stop): Candidate {
  const as = engineKind(run, step, ended)
  const message = `stopped at \`${step.id}\` (${ended.result})${ended.detail === undefined ? '' : `: ${ended.detail}`}`
  return { name: as, as, claims: [{ effect: `claim.${as}`, target: { run: run.runId } }], message, tell: [] }
}

function engineKind(run: Run, step: StepPlan, { result }: Ended): OutcomeKind {
  if (run.unsafe || result === 'effect-unknown') return 'failed-unsafe'
  if (result === 'cancelled' || step.kind === 'approve') return 'aborted'
  return result === 'denied' ? 'blocked' : 'failed-safe'
}

/** No outcome may be claimed: the run says so, and claims nothing. */
function unsayable(run: Run, denial: Denial | undefined): Candidate {
  const why = denial === undefined ? 'no outcome of the runbook fits' : denial.message
  return {
    name: 'failed-unsafe',
    as: 'failed-unsafe',
    claims: [],
    message: `no outcome could be claimed: ${why}`,
    tell: [run.plan.runbook.owner],
  }
}

function finish(run: Run, candidate: Candidate, denial: Denial | undefined): Outcome {
  const outcome: Outcome = {
    name: candidate.name,
    as: candidate.as,
    claims: candidate.claims.map(({ effect }) => effect),
    message: candidate.message,
    tell: candidate.tell,
    left: run.left,
    ...(denial === undefined ? {} : { denial }),
  }
  run.ledger.outcome(outcome)
  return outcome
}
