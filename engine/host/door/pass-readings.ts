import type { AnyReading } from '../../../actions/define.ts'
import { canonical } from '../../../schemas/canonical.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { FactPlan } from '../../../schemas/plan.ts'
import type { Host } from '../host.ts'
import { takeReading, untaken } from '../readings.ts'
import { withinSize } from '../spill.ts'

/** The longest time between the first fact of a pass and its effect. */
const PASS_MS = 10_000

/** A reading, and when it was asked for, on the monotonic clock of this process. */
interface Taken {
  readonly record: FactRecord
  readonly began: number
}

/** The readings of one pass: the door reads for itself, each thing once, and knows until when they are fresh (G4, G6). */
export class PassReadings {
  readonly #host: Host
  readonly #runId: string | undefined
  readonly #taken = new Map<string, Promise<Taken>>()
  readonly #records: FactRecord[] = []
  #deadline = Infinity

  /** Without a run, nothing that is read is kept. */
  constructor(host: Host, runId?: string) {
    this.#host = host
    this.#runId = runId
  }

  /** Reads a fact of a rule, or answers with the same reading of this pass. */
  async read(name: string, plan: Pick<FactPlan, 'action' | 'maxAgeMs'>, input: JsonObject): Promise<FactRecord> {
    const same = `${plan.action} ${canonical(input)}`
    const reading = this.#taken.get(same) ?? this.#take(name, plan.action, input)
    this.#taken.set(same, reading)
    const { record, began } = await reading
    if (plan.maxAgeMs > 0) this.#notAfter(began + plan.maxAgeMs - (record.ageMs ?? 0))
    return { ...record, fact: name }
  }

  /** Everything that was read in this pass, once each. */
  taken(): readonly FactRecord[] {
    return this.#records
  }

  /** The last moment, on the monotonic clock of this process, at which the effect may begin. */
  deadline(): number {
    return this.#deadline
  }

  async #take(name: string, action: string, input: JsonObject): Promise<Taken> {
    const began = performance.now()
    this.#notAfter(began + PASS_MS)
    const definition = this.#host.definitions.get(action)
    const record =
      definition?.kind === 'reading'
        ? await this.#takeWith(definition, { name, input })
        : untaken({ fact: name, action, input }, `this worker has no reading \`${action}\``)
    this.#records.push(record)
    return { record, began }
  }

  async #takeWith(definition: AnyReading, fact: { name: string; input: JsonObject }): Promise<FactRecord> {
    const { connections, store } = this.#host
    const record = await takeReading(definition, fact, connections)
    return this.#runId === undefined ? record : withinSize(record, store, this.#runId)
  }

  #notAfter(moment: number): void {
    this.#deadline = Math.min(this.#deadline, moment)
  }
}
