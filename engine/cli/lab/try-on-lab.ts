import type { Scenario } from '../../../schemas/scenario.ts'
import type { Trial } from '../../rehearsal/trial.ts'
import type { Material } from '../../rehearsal/twin.ts'
import { aborted, interruption } from '../interrupt.ts'
import { say } from '../terminal.ts'
import { Cleanup } from '../up/cleanup.ts'
import { openBench } from './bench.ts'
import { tryOnLab } from './trial.ts'

/** Told of a trial that has ended, and how long it took. */
export type Told = (trial: Trial, ms: number) => void

/**
 * Plays scenarios on the lab one after another, each told when it has ended; then nothing of the lab is left running. Undefined
 * where Ctrl-C came before all had ended.
 */
export async function tryAllOnLab(
  material: Material,
  scenarios: readonly Scenario[],
  ended: Told,
): Promise<Trial[] | undefined> {
  const asked = interruption()
  const cleanup = new Cleanup()
  const trying = tryEach({ material, scenarios, ended, asked }, cleanup)
  trying.catch(() => undefined)
  const tried = async (): Promise<Trial[] | undefined> => Promise.race([trying, aborted(asked).then(() => undefined)])
  return cleanup.afterwards(tried, () => say('stopping the practice platform'))
}

interface Trying {
  readonly material: Material
  readonly scenarios: readonly Scenario[]
  readonly ended: Told
  readonly asked: AbortSignal
}

async function tryEach({ material, scenarios, ended, asked }: Trying, cleanup: Cleanup): Promise<Trial[]> {
  const bench = await openBench(material, cleanup)
  const trials: Trial[] = []
  for (const [number, scenario] of scenarios.entries()) {
    if (asked.aborted) break
    say(
      `playing ${scenario.id}${scenario.twin === undefined ? '' : ' and its twin'} (${number + 1} of ${scenarios.length})`,
    )
    const began = performance.now()
    const trial = await tryOnLab(bench, scenario)
    if (asked.aborted) break
    ended(trial, Math.round(performance.now() - began))
    trials.push(trial)
  }
  return trials
}
