import type { Denial } from '../../schemas/run.ts'
import type { Answer, Poll } from './ports.ts'
import { patience } from './patience.ts'
import { openIntervals } from './rules/intervals.ts'
import { activityId } from './run.ts'
import type { Run } from './run.ts'
import { fromTheTop } from './seen.ts'
import type { Wait } from './wait.ts'

/** How often it is looked at most, in one wait. */
const LOOKS = 1_000

/**
 * While a run waits: looks, every so often, at the rules that must hold over the interval that it is in (form 6). Where the run goes
 * on in another execution, the ports throw `Elsewhere`, and the wait says how far it got.
 */
export class Watch {
  readonly #run: Run
  readonly #step: string
  readonly #wait: Wait
  readonly #everyMs: number

  constructor(run: Run, { step, wait, withinMs }: { step: string; wait: Wait; withinMs: number }) {
    this.#run = run
    this.#step = step
    this.#wait = wait
    this.#everyMs = Math.max(patience(run, 'watchEvery'), Math.ceil(withinMs / LOOKS))
  }

  /** Sleeps, and answers with what does not hold any more. */
  async sleep(until: number, summary: string): Promise<Denial | undefined> {
    const { clock } = this.#run.ports
    while (isWatched(this.#run) && this.#next() < until) {
      const woken = await this.#sleepTo(this.#next(), summary)
      const denial = await this.#look()
      if (denial !== undefined || woken) return denial
    }
    await clock.sleep(Math.max(until - clock.nowMs(), 1), summary)
    return undefined
  }

  /** Waits for the next answer of people, or for what does not hold any more. */
  async answer(poll: Poll): Promise<Answer | Denial | undefined> {
    const { clock } = this.#run.ports
    const { until } = this.#wait
    while (isWatched(this.#run) && this.#next() < until) {
      const answer = await poll.next(Math.max(this.#next() - clock.nowMs(), 1))
      if (answer !== undefined || clock.nowMs() >= until) return answer
      const denial = await this.#look()
      if (denial !== undefined) return denial
    }
    return poll.next()
  }

  #next(): number {
    return this.#wait.looked + this.#everyMs
  }

  /** Were there news that ended the sleep before its time? */
  async #sleepTo(at: number, summary: string): Promise<boolean> {
    const { clock } = this.#run.ports
    if (at > clock.nowMs()) await clock.sleep(at - clock.nowMs(), summary)
    return clock.nowMs() < at
  }

  async #look(): Promise<Denial | undefined> {
    const { ports, ledger } = this.#run
    this.#wait.looked = ports.clock.nowMs()
    const activity = activityId(this.#run, `${this.#step}.watch`)
    const { denial } = await ports.watch({ step: this.#step, activity })
    if (denial !== undefined) ledger.enter({ kind: 'watch', step: this.#step, denial })
    return denial
  }
}

/** Is an interval open, of a rule of this Plan or of one that calls it? */
function isWatched(run: Run): boolean {
  const { receipts, plan: root } = run.whole
  const plans = new Set(fromTheTop(run).map(({ plan }) => plan))
  return [...plans].some(({ rules, effects: own }) => {
    const hierarchy = { ...root.effects, ...own }
    const effects = receipts.filter(({ effect }) => Object.hasOwn(hierarchy, effect))
    return rules.some((rule) => openIntervals(rule, { effects }, hierarchy).length > 0)
  })
}
