import type { JsonObject } from '../../schemas/json.ts'
import type { OutcomeKind, OutcomePlan } from '../../schemas/plan.ts'
import type { Denial, Outcome } from '../../schemas/run.ts'
import { groundsOf } from './grounds.ts'
import { readableText, resolveOperands } from './operand.ts'
import { residueOf } from './residue.ts'
import type { Run, Stop } from './run.ts'
import { holds, scopeOf } from './seen.ts'

/** Says how the run, or a callee, ended: the first outcome that fits and whose claims the rules allow (language.md 8). */
export async function conclude(run: Run, stop: Stop | undefined): Promise<Outcome> {
  if (run.caller === undefined) run.ledger.phase('claiming')
  let denial = stop?.ended.denial
  for (const candidate of candidatesOf(run, stop)) {
    const result = await say(run, candidate)
    // What stopped the run comes before a claim that could not be said.
    if (result.status === 'said') return finish(run, candidate, stop?.ended.denial ?? denial)
    denial = result.denial
  }
  return finish(run, unsayable(run, denial), stop?.ended.denial ?? denial)
}

interface Candidate {
  readonly name: string
  readonly as: OutcomeKind
  readonly claims: readonly { readonly effect: string; readonly target: JsonObject }[]
  readonly message: string
  readonly tell: readonly string[]
  readonly planned?: OutcomePlan
}

/** A callee's claims are those of this run, said in the name of the call. */
async function say(run: Run, { name, claims, planned }: Candidate) {
  const grounds = groundsOf(
    run,
    (planned?.claims ?? []).map(({ target }) => target),
  )
  const result = await run.ports.claim({ outcome: `${run.prefix}${name}`, claims, grounds })
  run.ledger.enter({ kind: 'claim', outcome: `${run.prefix}${name}`, result })
  return result
}

function candidatesOf(run: Run, stop: Stop | undefined): Candidate[] {
  if (stop !== undefined && residueOf(run).refused !== undefined) return [engineOutcome(run, stop)]
  const fitting = run.plan.outcomes
    .filter((outcome) => fits(run, outcome, stop))
    .flatMap((outcome) => candidateOf(run, outcome))
  return stop === undefined || innermost(stop).byCase ? fitting : [...fitting, engineOutcome(run, stop)]
}

/** A stop by a case is judged like the end of the list; any other stop only by an outcome that names it. */
function fits(run: Run, outcome: OutcomePlan, stop: Stop | undefined): boolean {
  if (!holds(outcome.when, run)) return false
  if (stop === undefined || innermost(stop).byCase) return true
  return outcome.when.some(({ step, results }) => step === stop.id && results.includes(stop.ended.result))
}

/** Blocks stop because something in them has. */
function innermost(stop: Stop): Stop {
  return stop.ended.cause === undefined ? stop : innermost(stop.ended.cause)
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
  const { name, say: text } = outcome
  const said = text === undefined ? undefined : readableText(text, scope)
  const message = said !== undefined && 'text' in said ? said.text : `${run.plan.runbook.title}: ${name}`
  return [{ name: outcome.name, as: outcome.as, claims, message, tell: outcome.tell, planned: outcome }]
}

/** The engine's own word for a run that a denial, a failure, an overdue expectation or a person stopped. */
function engineOutcome(run: Run, stop: Stop): Candidate {
  const { instance, ended } = innermost(stop)
  const as = engineKind(run, innermost(stop))
  const because = `stopped at \`${instance}\` (${ended.result})${ended.detail === undefined ? '' : `: ${ended.detail}`}`
  const { refused } = residueOf(run)
  const message = refused === undefined ? because : `${because}; not taken back: ${refused.join(', ')}`
  const tell = refused === undefined ? [] : [run.plan.runbook.owner]
  return { name: as, as, claims: [{ effect: `claim.${as}`, target: { run: run.runId } }], message, tell }
}

function engineKind(run: Run, { kind, ended: { result, denial } }: Stop): OutcomeKind {
  const { unsafe, refused } = residueOf(run)
  if (unsafe || result === 'effect-unknown') return 'failed-unsafe'
  if (refused !== undefined) return 'failed-safe'
  const byPeople = (kind === 'approve' || kind === 'ask') && denial === undefined
  if (result === 'cancelled' || byPeople) return 'aborted'
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
  const ofRun = run.caller === undefined
  const outcome: Outcome = {
    name: candidate.name,
    as: candidate.as,
    claims: candidate.claims.map(({ effect }) => effect),
    message: candidate.message,
    tell: ofRun ? [...new Set([...candidate.tell, ...run.whole.tell])] : candidate.tell,
    left: ofRun ? residueOf(run).left : [],
    ...(denial === undefined ? {} : { denial }),
  }
  if (ofRun) run.ledger.outcome(outcome)
  return outcome
}
