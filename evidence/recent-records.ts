import type { Recorded } from './effects.ts'

/** So many records are kept; of the run that was not asked about for longest, all are forgotten first. */
const MOST = 20_000

const NOTHING: ReadonlyMap<string, Recorded<unknown>> = new Map()

/** Records of effects that were read before, by run and name. */
export class RecentRecords {
  readonly #runs = new Map<string, Map<string, Recorded<unknown>>>()
  #size = 0

  /** All that is kept of a run, by name. */
  of(runId: string): ReadonlyMap<string, Recorded<unknown>> {
    return this.#runs.get(runId) ?? NOTHING
  }

  keep(runId: string, record: Recorded<unknown>): void {
    const records = this.#runs.get(runId) ?? new Map<string, Recorded<unknown>>()
    this.#runs.delete(runId)
    this.#runs.set(runId, records)
    if (!records.has(record.name)) this.#size += 1
    records.set(record.name, record)
    this.#forgetOldest(runId)
  }

  #forgetOldest(but: string): void {
    for (const [runId, records] of this.#runs) {
      if (this.#size <= MOST || runId === but) return
      this.#runs.delete(runId)
      this.#size -= records.size
    }
  }
}
