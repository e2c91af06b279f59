import type { StepPlan } from '../../schemas/plan.ts'
import type { Outcome } from '../../schemas/run.ts'
import { approveStep } from './approve.ts'
import { conclude } from './conclude.ts'
import type { Stop } from './conclude.ts'
import { decideStep } from './decide.ts'
import { doStep } from './do.ts'
import { Cancelled } from './ports.ts'
import { readStep } from './read.ts'
import { holds, settle } from './run.ts'
import type { Ended, Run } from './run.ts'

/** Carries out a Plan step by step, in the order of the file, and says how it ended. */
export async function carryOut(run: Run): Promise<Outcome> {
  run.ledger.phase('running')
  return conclude(run, await walk(run))
}

/** Goes through the steps; answers with what stopped it, or undefined at the end of the list. */
async function walk(run: Run): Promise<Stop | undefined> {
  const { steps } = run.plan
  for (let at = 0; at < steps.length;) {
    const step = steps[at]
    if (step === undefined) break
    const ended = await oneStep(run, step)
    const back = ended.conflict === true ? goBack(run, step) : undefined
    if (back !== undefined) {
      at = back
      continue
    }
    settle(run, step, ended)
    if (stops(step, ended)) return { step, ended }
    at += 1
  }
  return undefined
}

/** A conflict that no round is left for is no result to go on with, whatever the step continues on (G7). */
function stops(step: StepPlan, { result, conflict }: Ended): boolean {
  return conflict === true || (result !== 'skipped' && !step.continueOn.includes(result))
}

async function oneStep(run: Run, step: StepPlan): Promise<Ended> {
  if (!holds(step.when, run)) return { result: 'skipped' }
  run.ledger.stepStarts(step.id)
  try {
    return await carryOutStep(run, step)
  } catch (error) {
    if (error instanceof Cancelled) return { result: 'cancelled', detail: 'the run was cancelled' }
    throw error
  }
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
  }
}

/** After a conflict: the place of the readings to go back to, as long as the rounds last (G7). */
function goBack(run: Run, step: StepPlan): number | undefined {
  if (step.kind !== 'do' || step.premise === undefined) return undefined
  const { backTo } = step.premise
  const round = (run.rounds.get(step.id) ?? 0) + 1
  const to = run.plan.steps.findIndex(({ id }) => id === backTo)
  if (backTo === undefined || to < 0 || round > run.plan.conflictRounds) return undefined
  run.rounds.set(step.id, round)
  run.ledger.enter({ kind: 'conflict', step: step.id, backTo, round })
  forgetFrom(run, to)
  return to
}

/** Steps that are walked again have no results and no votes until then; readings stay until they are read again. */
function forgetFrom(run: Run, at: number): void {
  const again = run.plan.steps.slice(at).map(({ id }) => id)
  for (const id of again) {
    run.results.delete(id)
    run.outputs.delete(id)
    run.bases.delete(id)
  }
  run.votes = run.votes.filter(({ vote }) => !again.includes(vote.step))
  run.ledger.stepsReopen(again)
}
