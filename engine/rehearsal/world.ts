import type { Contract } from '../../schemas/contract.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type {
  ActionChange,
  ActionPatch,
  Circumstance,
  ReadingChange,
  ReadingPatch,
  Recorded,
} from '../../schemas/scenario.ts'
import { filledIn, isWithin, merged } from './merge.ts'

/** What a reading says for all inputs in which `with` is contained. */
interface Entry {
  readonly with: JsonObject
  readonly says: ReadingPatch
}

/** Contracts by name. */
export type Contracts = ReadonlyMap<string, Contract>

/** The recorded world: what readings say now, and what actions do to it. Nothing outside is asked. */
export class World {
  readonly #readings = new Map<string, Entry[]>()
  readonly #actions = new Map<string, ActionPatch>()
  readonly #missing = new Set<string>()
  readonly #contracts: Contracts
  readonly #recorded: readonly Recorded[]

  constructor(contracts: Contracts, recorded: readonly Recorded[]) {
    this.#contracts = contracts
    this.#recorded = recorded
  }

  /** Makes a circumstance so. */
  become(circumstance: Circumstance): void {
    if ('recorded' in circumstance) this.#record(circumstance.recorded)
    else if ('reading' in circumstance) this.#change(circumstance)
    else if ('action' in circumstance) this.#changeAction(circumstance)
    else throw new Error(`\`${circumstance.lab}\` happens on the lab, not on recorded facts`)
  }

  /** Takes a reading at a time of the virtual clock. */
  read({ fact, action, input }: Pick<FactRecord, 'fact' | 'action' | 'input'>, nowMs: number): FactRecord {
    const contract = this.#contracts.get(action)
    const says = this.#saying(action, input)
    if (says === undefined) this.#missing.add(`the reading \`${action}\` with ${JSON.stringify(input)}`)
    return {
      ...{ fact, action, input },
      authority: contract?.kind === 'reading' ? contract.authority : 'diagnostic',
      ...saidBy(says),
      roundTrip: says?.roundTrip ?? provesRoundTrip(action),
      source: 'recorded',
      readAt: new Date(nowMs).toISOString(),
    }
  }

  /** Carries out an action: its output, or why the target refused. */
  act(action: string, input: JsonObject): { readonly output: JsonObject } | { readonly fails: string } {
    const known = this.#actions.get(action)
    if (known?.fails !== undefined) return { fails: known.fails }
    if (known === undefined || !this.#contracts.has(action)) {
      this.#missing.add(`the action \`${action}\``)
      return { fails: `nothing is recorded of \`${action}\`` }
    }
    for (const change of known.then ?? [])
      this.#change(filledIn(change as unknown as Json, input) as unknown as ReadingChange)
    return { output: filledIn(known.output ?? {}, input) as JsonObject }
  }

  /** What was needed, and nothing is recorded of it. */
  missing(): readonly string[] {
    return [...this.#missing]
  }

  #record(id: string): void {
    const file = this.#recorded.find((one) => one.id === id)
    for (const { reading, with: inputs, change } of file?.readings ?? []) {
      const others = (this.#readings.get(reading) ?? []).filter((entry) => !same(entry.with, inputs))
      this.#readings.set(reading, [...others, { with: inputs, says: change }])
    }
    for (const change of file?.actions ?? []) this.#actions.set(change.action, change.change)
  }

  /** Changes every entry that it is about; where none is about just these inputs, there is one from now on. */
  #change({ reading, with: inputs, change }: ReadingChange): void {
    const entries = this.#readings.get(reading) ?? []
    const own = entries.some((entry) => same(entry.with, inputs))
    const before = this.#saying(reading, inputs) ?? {}
    const changed = entries.map((entry) =>
      isWithin(inputs, entry.with) ? { ...entry, says: patched(entry.says, change) } : entry,
    )
    this.#readings.set(reading, own ? changed : [...changed, { with: inputs, says: patched(before, change) }])
  }

  #changeAction({ action, change }: ActionChange): void {
    const before = this.#actions.get(action) ?? {}
    const { output, ...rest } = change
    this.#actions.set(action, {
      ...before,
      ...rest,
      ...(output === undefined ? {} : { output: merged(before.output, output) as JsonObject }),
    })
  }

  /** The entry that says most about these inputs; of equals the last. */
  #saying(reading: string, input: JsonObject): ReadingPatch | undefined {
    let best: Entry | undefined
    for (const entry of this.#readings.get(reading) ?? [])
      if (isWithin(entry.with, input) && weight(entry) >= weight(best)) best = entry
    return best?.says
  }
}

/** The answer to a request of the allowlist may come from a cache, as it may in a run; everything else is taken to prove that it does not. */
function provesRoundTrip(action: string): boolean {
  return !action.startsWith('http.')
}

function saidBy(says: ReadingPatch | undefined): Pick<FactRecord, 'value' | 'unknown' | 'complete' | 'ageMs'> {
  const { value, unknown, complete, ageMs } = says ?? {}
  const extra = { ...(complete === undefined ? {} : { complete }), ...(ageMs === undefined ? {} : { ageMs }) }
  if (unknown !== undefined) return { unknown: { reason: unknown, detail: 'so the scenario says' }, ...extra }
  if (value === undefined) return { unknown: { reason: 'error', detail: 'nothing is recorded' } }
  return { value, ...extra }
}

/** A new value makes known again what was unknown. */
function patched(says: ReadingPatch, change: ReadingPatch): ReadingPatch {
  const { unknown: _before, ...rest } = says
  const { value, ...others } = change
  const kept = value === undefined ? says : rest
  return { ...kept, ...others, ...(value === undefined ? {} : { value: merged(says.value, value) as JsonObject }) }
}

function same(one: JsonObject, other: JsonObject): boolean {
  return isWithin(one, other) && isWithin(other, one)
}

function weight(entry: Entry | undefined): number {
  return entry === undefined ? -1 : Object.keys(entry.with).length
}
