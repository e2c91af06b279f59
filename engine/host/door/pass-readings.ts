import { canonical } from '../../../schemas/canonical.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { FactPlan } from '../../../schemas/plan.ts'
import type { Host } from '../host.ts'
import { takeReading } from '../readings.ts'

/** The longest time between the first fact of a pass and its effect. */
const PASS_MS = 10_000

/** The readings of one pass: the door reads for itself, each thing once, and knows until when they are fresh (G4, G6). */
export class PassReadings {
  readonly #host: Host
  readonly #taken = new Map<string, Promise<FactRecord>>()
  readonly #records: FactRecord[] = []
  #deadline = Infinity

  constructor(host: Host) {
    this.#host = host
  }

  /** Reads a fact of a rule, or answers with the same reading of this pass. */
  async read(name: string, plan: Pick<FactPlan, 'action' | 'maxAgeMs'>, input: JsonObject): Promise<FactRecord> {
    const same = `${plan.action} ${canonical(input)}`
    const reading = this.#taken.get(same) ?? this.#take(name, plan.action, input)
    this.#taken.set(same, reading)
    const record = await reading
    if (plan.maxAgeMs > 0 && record.ageMs !== undefined)
      this.#notAfter(performance.now() + plan.maxAgeMs - record.ageMs)
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

  async #take(name: string, action: string, input: JsonObject): Promise<FactRecord> {
    this.#notAfter(performance.now() + PASS_MS)
    const definition = this.#host.definitions.get(action)
    const record =
      definition?.kind === 'reading'
        ? await takeReading(definition, { name, input }, this.#host.connections)
        : unknownReading(name, action, input)
    this.#records.push(record)
    return record
  }

  #notAfter(moment: number): void {
    this.#deadline = Math.min(this.#deadline, moment)
  }
}

function unknownReading(fact: string, action: string, input: JsonObject): FactRecord {
  const unknown = { reason: 'error' as const, detail: `this worker has no reading \`${action}\`` }
  return {
    fact,
    action,
    input,
    authority: 'diagnostic',
    unknown,
    roundTrip: false,
    source: 'not read',
    readAt: new Date().toISOString(),
  }
}

/** Why a record that was read is still not fresh (G13): no round trip proven, or older than it may be. */
export function staleness(record: FactRecord, plan: FactPlan): string | undefined {
  if (plan.maxAgeMs > 0 && record.ageMs !== undefined) {
    return record.ageMs <= plan.maxAgeMs
      ? undefined
      : `${record.fact}: stale: ${record.ageMs} ms old, ${plan.maxAgeMs} ms allowed`
  }
  return record.roundTrip
    ? undefined
    : `${record.fact}: stale: nothing proves that this came from the authority and not from a cache`
}
