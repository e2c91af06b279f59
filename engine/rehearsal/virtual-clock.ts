import type { Clock } from '../core/ports.ts'

/** When rehearsals begin. */
const START_MS = Date.parse('2026-01-01T00:00:00.000Z')

/** No run sleeps so often: something wakes itself for ever. */
const MOST_SLEEPS = 500_000

interface Sleeper {
  readonly at: number
  wake(): void
}

/** Time that is skipped, not slept: once nothing else can go on, it is as late as the first sleeper wants it. */
export class VirtualClock implements Clock {
  #nowMs = START_MS
  #sleeps = 0
  #waking = false
  readonly #sleepers: Sleeper[] = []

  nowMs(): number {
    return this.#nowMs
  }

  /** RFC 3339. */
  now(): string {
    return new Date(this.#nowMs).toISOString()
  }

  async sleep(ms: number): Promise<void> {
    this.#sleeps += 1
    if (this.#sleeps > MOST_SLEEPS) throw new Error('the rehearsal does not come to an end')
    await new Promise<void>((wake) => {
      this.#sleepers.push({ at: this.#nowMs + Math.max(ms, 0), wake })
      this.#wakeLater()
    })
  }

  /** Time passes while nothing else happens. */
  pass(ms: number): void {
    this.#nowMs += ms
  }

  /** All that is not asleep goes on before: everything else in a rehearsal takes microtasks only. */
  #wakeLater(): void {
    if (this.#waking) return
    this.#waking = true
    setImmediate(() => {
      this.#waking = false
      this.#wakeFirst()
      if (this.#sleepers.length > 0) this.#wakeLater()
    })
  }

  #wakeFirst(): void {
    const earliest = Math.min(...this.#sleepers.map(({ at }) => at))
    const index = this.#sleepers.findIndex(({ at }) => at === earliest)
    const [first] = index < 0 ? [] : this.#sleepers.splice(index, 1)
    this.#nowMs = Math.max(this.#nowMs, first?.at ?? 0)
    first?.wake()
  }
}
