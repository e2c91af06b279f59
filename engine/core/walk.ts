import type { StepPlan } from '../../schemas/plan.ts'
import { approveStep } from './approve.ts'
import { askStep } from './ask.ts'
import { blockStep } from './block.ts'
import { callStep } from './call.ts'
import { goBack } from './conflict.ts'
import { decideStep } from './decide.ts'
import { doStep } from './do.ts'
import { loopStep } from './loop.ts'
import { Cancelled, Elsewhere } from './ports.ts'
import { readStep } from './read.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run, Stop } from './run.ts'
import { holds } from './seen.ts'

/** Goes through the steps of a place, in the order of the file; answers with what stopped it, or undefined at the end. */
export async function walk(run: Run, steps: readonly StepPlan[]): Promise<Stop | undefined> {
  for (let at = 0; at < steps.length;) {
    const step = steps[at]
    if (step === undefined) break
    // An earlier execution of this run has been here.
    const ended = run.results.has(step.id) ? undefined : await oneStep(run, step)
    const back = ended?.conflict === true ? goBack(run, steps, step) : undefined
    if (back === undefined && ended !== undefined) {
      settle(run, step, ended)
      if (stops(step, ended)) return stopAt(run, step, ended)
    }
    at = back ?? at + 1
  }
  return undefined
}

/** A conflict that no round is left for is no result to go on with, whatever the step continues on (G7). */
function stops(step: StepPlan, { result, conflict }: Ended): boolean {
  return conflict === true || (result !== 'skipped' && !step.continueOn.includes(result))
}

function stopAt(run: Run, step: StepPlan, ended: Ended): Stop {
  const { id, kind } = step
  return { id, instance: instanceOf(run, id), kind, byCase: isCase(run, step, ended), ended }
}

/** The fallback outcome is for these; a denial, a failure or an overdue wait is none (language.md 8). */
function isCase({ plan }: Run, step: StepPlan, { result }: Ended): boolean {
  if (step.kind === 'decide') return result !== 'cancelled'
  if (step.kind === 'ask') return step.choices.some(({ name }) => name === result)
  if (step.kind !== 'call') return false
  return plan.callees?.[step.runbook]?.outcomes.some(({ name }) => name === result) === true
}

async function oneStep(run: Run, step: StepPlan): Promise<Ended> {
  if (!holds(step.when, run)) return { result: 'skipped' }
  const { forEach } = step
  return forEach === undefined ? oneInstance(run, step) : loopStep(run, step, { forEach, oneItem: oneInstance })
}

/** One instance of a step, once its time has come. */
async function oneInstance(run: Run, step: StepPlan): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  try {
    // What waits has begun already: it goes on also where the run is paused.
    if (!run.waits.has(instance)) await itsTime(run, step)
    run.ledger.stepStarts(instance, step.kind)
    return await carryOutStep(run, step)
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error
    run.waits.delete(instance)
    return { result: 'cancelled', detail: 'the run was cancelled' }
  }
}

/** Steps that hold others wait for nothing: those inside do, so that every execution of a run gets on. */
async function itsTime(run: Run, { kind }: StepPlan): Promise<void> {
  if (kind === 'block' || kind === 'call') return
  if ((await run.ports.pace?.()) === 'elsewhere') throw new Elsewhere('the run goes on in another execution')
}

async function carryOutStep(run: Run, step: StepPlan): Promise<Ended> {
  switch (step.kind) {
    case 'read':
      return readStep(run, step)
    case 'decide':
      return decideStep(run, step)
    case 'do':
      return doStep(run, step)
    case 'approve':
      return approveStep(run, step)
    case 'ask':
      return askStep(run, step)
    case 'block':
      return blockStep(run, step, walk)
    case 'call':
      return callStep(run, step, walk)
  }
}

/** Notes how a step ended, where later conditions and expressions look for it. */
function settle(run: Run, step: StepPlan, ended: Ended): void {
  run.results.set(step.id, ended.result)
  if ((step.kind === 'decide' || step.kind === 'ask') && ended.result !== 'skipped')
    run.outputs.set(step.id, ended.result)
  run.ledger.stepEnds(instanceOf(run, step.id), ended.result, ended.detail)
}
