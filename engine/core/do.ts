import type { DoStep, Operands, UndoPlan } from '../../schemas/plan.ts'
import type { EffectResult } from '../../schemas/run.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { agreement } from './agreement.ts'
import { denialOfInput, denied } from './denied.ts'
import { expectation } from './expect.ts'
import { groundsOf } from './grounds.ts'
import { resolveOperands } from './operand.ts'
import { overrides } from './override.ts'
import { noteReceipts } from './receipts.ts'
import { activityId, instanceOf } from './run.ts'
import type { Completed, Ended, Run } from './run.ts'
import { scopeOf } from './seen.ts'
import { askedBefore, expectedBefore } from './wait.ts'

/** Carries out an action through the door, then waits for what it should bring about. */
export async function doStep(run: Run, step: DoStep): Promise<Ended> {
  const waits = expectedBefore(run, instanceOf(run, step.id))
  if (waits !== undefined) return whatItBrings(run, step, waits.detail)
  const resolved = resolveOperands(step.with, scopeOf(run))
  if ('unknown' in resolved) return denied(denialOfInput(resolved.unknown))
  const refused = await agreement(run, step)
  if (refused !== undefined) return refused
  const result = await throughDoor(run, step, resolved.input)
  return afterEffect(run, { step, input: resolved.input }, result)
}

/** A denial that may be overridden is brought before people, and the effect before the door again (G26). */
async function throughDoor(run: Run, step: DoStep, input: JsonObject): Promise<EffectResult> {
  const instance = instanceOf(run, step.id)
  const stood = askedBefore(run, instance)?.denied
  let result: EffectResult =
    stood === undefined ? await onceThroughDoor(run, step, input) : { status: 'denied', denial: stood, evidence: {} }
  while (result.status === 'denied' && (await overrides(run, instance, result.denial))) {
    run.whole.rounds.set(instance, (run.whole.rounds.get(instance) ?? 0) + 1)
    result = await onceThroughDoor(run, step, input)
  }
  return result
}

async function onceThroughDoor(run: Run, step: DoStep, input: JsonObject): Promise<EffectResult> {
  const instance = instanceOf(run, step.id)
  const activity = activityId(run, instance)
  const round = run.whole.rounds.get(instance) ?? 0
  const grounds = groundsOf(run, [step.with, operandsHeld(step)])
  const result = await run.ports.perform({ step: instance, action: step.action, activity, round, input, grounds })
  run.ledger.enter({ kind: 'effect', step: instance, activity, result })
  return result
}

/** What the step itself wants to be alone with, as the door will look for it (G3). */
function operandsHeld({ hold = [] }: DoStep): Operands {
  return Object.fromEntries(hold.map((path, at) => [String(at), { path }]))
}

interface Attempt {
  readonly step: DoStep
  readonly input: JsonObject
}

async function afterEffect(run: Run, attempt: Attempt, result: EffectResult): Promise<Ended> {
  switch (result.status) {
    case 'done':
    case 'already-done':
      return afterDone(run, attempt, result)
    case 'denied':
      return denied(result.denial)
    case 'conflict':
      return {
        result: 'failed',
        conflict: true,
        detail: `expected ${JSON.stringify(result.expected)}, found ${JSON.stringify(result.found)}`,
      }
    case 'failed':
      return { result: 'failed', detail: result.message }
    case 'effect-unknown':
      return { result: 'effect-unknown', detail: result.message }
  }
}

async function afterDone(
  run: Run,
  { step, input }: Attempt,
  result: EffectResult & { status: 'done' | 'already-done' },
): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  run.outputs.set(step.id, result.output)
  noteReceipts(run, { step: instance, action: step.action, input }, result)
  run.whole.completed.push(completed(run, step, result.lift))
  const detail = result.status === 'already-done' ? 'already done by an earlier attempt' : undefined
  return whatItBrings(run, step, detail)
}

/** `detail`: what there is to say of the effect itself. */
async function whatItBrings(run: Run, { id, expect }: DoStep, detail: string | undefined): Promise<Ended> {
  const more = detail === undefined ? {} : { detail }
  if (expect === undefined) return { result: 'done', ...more }
  const met = await expectation(run, instanceOf(run, id), { ...more, expected: expect })
  if (met.result === 'done') return { ...met, ...more }
  return { detail: `did not hold in time: ${expect.predicate.cel}`, ...met }
}

/** How it would be taken back is settled now, from what the step saw. */
function completed(run: Run, step: DoStep, lift: string | undefined): Completed {
  return {
    step: instanceOf(run, step.id),
    ...(step.leaves === undefined ? {} : { leaves: step.leaves }),
    ...(lift === undefined ? {} : { lift }),
    ...(step.undo === undefined ? {} : { undo: planned(run, step, step.undo) }),
    now: 'stands',
  }
}

function planned(run: Run, step: DoStep, undo: UndoPlan): NonNullable<Completed['undo']> {
  const resolved = resolveOperands(undo.with, scopeOf(run))
  if ('unknown' in resolved) return resolved
  return { action: undo.action, input: resolved.input, grounds: groundsOf(run, [undo.with, operandsHeld(step)]) }
}
