import type { JsonObject } from '../../schemas/json.ts'
import type { CallStep, Operands, Plan, StepPlan } from '../../schemas/plan.ts'
import type { Outcome } from '../../schemas/run.ts'
import { conclude } from './conclude.ts'
import { denialOfInput, denied } from './denied.ts'
import { handOverGrounds, rootsOf } from './grounds.ts'
import { resolveOperand, resolveOperands } from './operand.ts'
import { instanceOf, placeOfCallee } from './run.ts'
import type { Ended, Run, Stop } from './run.ts'
import { attestedFacts, scopeOf } from './seen.ts'
import { undoSince } from './undo.ts'

/** Carries out another runbook within this run. Its outcome is the result; what it leaves is this run's to take back. */
export async function callStep(
  run: Run,
  step: CallStep,
  walk: (run: Run, steps: readonly StepPlan[]) => Promise<Stop | undefined>,
): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  const place = run.inside.get(instance) ?? enter(run, step, instance)
  if ('unknown' in place) return denied(denialOfInput(place.unknown))
  run.inside.set(instance, place)
  // Once it has stopped, an execution that goes on with it takes back, and walks no more.
  place.stopped ??= await walk(place, place.plan.steps)
  const stop = place.stopped
  if (stop !== undefined) await undoSince(place, instance)
  const outcome = await conclude(place, stop)
  run.inside.delete(instance)
  return leave(run, { step, place }, { outcome, stop })
}

/** The callee's own place: inputs as the caller fills them, and their defaults. */
function enter(run: Run, step: CallStep, instance: string): Run | { unknown: string } {
  const plan = run.plan.callees?.[step.runbook]
  if (plan === undefined) throw new Error(`the Plan has no callee \`${step.runbook}\``)
  const resolved = resolveOperands(step.with, scopeOf(run))
  if ('unknown' in resolved) return resolved
  run.lists.set(instance, attestedFacts(run, rootsOf([step.with])))
  return placeOfCallee(run, { plan, inputs: { ...defaultsOf(plan), ...resolved.input }, instance })
}

function defaultsOf(plan: Plan): JsonObject {
  return Object.fromEntries(
    Object.entries(plan.inputs).flatMap(([name, input]) =>
      input.default === undefined ? [] : [[name, input.default]],
    ),
  )
}

function leave(
  run: Run,
  { step, place }: { step: CallStep; place: Run },
  { outcome, stop }: { outcome: Outcome; stop: Stop | undefined },
): Ended {
  const { plan } = place
  for (const role of outcome.tell) run.whole.tell.add(role)
  const because = stop?.ended.result
  if (because === 'cancelled' || because === 'effect-unknown') return { result: because, detail: outcome.message }
  const denial = outcome.denial === undefined ? {} : { denial: outcome.denial }
  if (!plan.outcomes.some(({ name }) => name === outcome.name))
    return { result: outcome.as === 'blocked' ? 'denied' : 'failed', detail: outcome.message, ...denial }
  handOver(run, step, place)
  return { result: outcome.name, detail: outcome.message, ...denial }
}

/** What the caller sees of it: its outputs, and for the door the grounds on which they rest. */
function handOver(run: Run, step: CallStep, place: Run): void {
  const outputs: Operands = Object.fromEntries(
    Object.entries(place.plan.outputs ?? {}).map(([name, { from }]) => [name, from]),
  )
  const scope = scopeOf(place)
  const values = Object.entries(outputs).flatMap(([name, from]) => {
    const looked = resolveOperand(from, scope)
    return 'value' in looked ? [[name, looked.value] as const] : []
  })
  run.outputs.set(step.id, Object.fromEntries(values))
  const instance = instanceOf(run, step.id)
  run.lists.set(`${instance}-outputs`, attestedFacts(place, rootsOf([outputs])))
  handOverGrounds(run, place)
}
