import type { BlockStep, StepPlan } from '../../schemas/plan.ts'
import { handOverGrounds } from './grounds.ts'
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
  handOverGrounds(run, place)
  return stop === undefined ? { result: 'done' } : stoppedBy(stop)
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
