import type { Admission } from '../../schemas/run.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Incident } from '../../schemas/scenario.ts'
import { Ledger } from '../core/ledger.ts'
import { siteOf } from '../core/rules.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { World } from './world.ts'

/** Lets incidents happen, each once, the first time that its moment comes. */
export class Incidents {
  readonly #open: Set<number>
  readonly #incidents: readonly Incident[]
  readonly #world: World
  readonly #clock: VirtualClock

  constructor(incidents: readonly Incident[], { world, clock }: { world: World; clock: VirtualClock }) {
    this.#incidents = incidents
    this.#open = new Set(incidents.keys())
    this.#world = world
    this.#clock = clock
  }

  /** A moment of the run has come. */
  come(moment: Incident['at']['moment'], instance: string): void {
    for (const number of this.#open) {
      const incident = this.#incidents[number]
      if (incident?.at.moment !== moment || !isAt(incident.at.step, instance)) continue
      this.#open.delete(number)
      if ('passesMs' in incident) this.#clock.pass(incident.passesMs)
      else this.#world.become(incident)
    }
  }

  /** Numbers of the incidents whose moment never came. */
  unfired(): number[] {
    return [...this.#open]
  }
}

/** A name without numbers means every item of a loop. */
function isAt(step: string, instance: string): boolean {
  return step === instance || step === siteOf(instance)
}

/** A ledger that tells when steps begin and end: before a step's effect is judged, and after the step above has ended. */
export class MomentLedger extends Ledger {
  readonly #incidents: Incidents

  constructor(plan: Plan, admission: Admission, { clock, incidents }: { clock: VirtualClock; incidents: Incidents }) {
    super(plan, admission, { now: () => clock.now(), changed: () => undefined })
    this.#incidents = incidents
  }

  override stepStarts(id: string, kind: string): void {
    super.stepStarts(id, kind)
    this.#incidents.come('before', id)
  }

  override stepEnds(id: string, result: string, detail?: string): void {
    super.stepEnds(id, result, detail)
    if (result !== 'skipped') this.#incidents.come('after', id)
  }
}
