import type { BlockStep, StepPlan } from '../../schemas/plan.ts'
import { placeInside } from './run.ts'
import type { Ended, Run, Stop } from './run.ts'

/** Walks the steps of a block in a place of its own: what happens inside is seen inside only. */
export async function blockStep(
  run: Run,
  step: BlockStep,
  walk: (run: Run, steps: readonly StepPlan[]) => Promise<Stop | undefined>,
): Promise<Ended> {
  const key = `${step.id}:`
  const place = run.inside.get(key) ?? placeInside(run, undefined)
  run.inside.set(key, place)
  const stop = await walk(place, step.steps)
  run.inside.delete(key)
  handOver(run, place)
  return stop === undefined ? { result: 'done' } : stoppedBy(stop)
}

/** What happened inside is seen inside only; what it rests on is followed by the door, also for what comes after. */
function handOver(run: Run, place: Run): void {
  for (const [decision, basis] of place.bases) run.bases.set(decision, basis)
  for (const [list, basis] of place.lists) run.lists.set(list, basis)
}

function stoppedBy(stop: Stop): Ended {
  const { instance, ended } = stop
  return {
    result: 'failed',
    detail: `\`${instance}\` ended ${ended.result}${ended.detail === undefined ? '' : `: ${ended.detail}`}`,
    ...(ended.denial === undefined ? {} : { denial: ended.denial }),
    ...(ended.conflict === undefined ? {} : { conflict: ended.conflict }),
    cause: stop,
  }
}
