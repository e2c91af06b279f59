import type { z } from 'zod'
import type { HttpEntry, ShellEntry } from '../schemas/allowlist.ts'
import type { JsonObject } from '../schemas/json.ts'
import {
  defineAction,
  defineReading,
  type ActionContext,
  type AnyDefinition,
  type Reading,
  type Settlement,
} from './define.ts'
import { inputSchemaOf, schemaOf } from './schema-of.ts'

/** How one kind of entry is carried out. */
export interface Carrier {
  readonly system: 'shell' | 'http'
  /** Where the entry has none of its own. */
  readonly summary: string
  /** Where the entry does not say of which shape its output is. */
  readonly textOutput: z.ZodObject
  /** Who would have to be asked whether it was carried out. */
  readonly target: string
  /** See `ActionDefinition`. */
  readonly endsWithAttempt?: true
  read(input: JsonObject, context: ActionContext): Promise<Reading<JsonObject>>
  perform(input: JsonObject, context: ActionContext): Promise<JsonObject>
  /** Ends what a cut-off attempt has left at work on this machine. Answers with what goes on all the same, in words. */
  endLeftovers?(context: ActionContext): Promise<string | undefined>
}

type Entry = ShellEntry | HttpEntry

/** The definition of an allowlist entry: an action where it has effects, a reading otherwise (G19). */
export function definitionOf(entry: Entry, carrier: Carrier): AnyDefinition {
  const frame = {
    name: `${carrier.system}.${entry.id}`,
    summary: entry.summary ?? carrier.summary,
    timeoutMs: entry.timeoutMs,
    input: inputSchemaOf(entry.inputs),
    output: entry.output ? schemaOf(entry.output) : carrier.textOutput,
  }
  if (Object.keys(entry.effects).length === 0)
    return defineReading({
      ...frame,
      authority: 'diagnostic',
      read: async (input, context) => witnessed(entry, await carrier.read(input as JsonObject, context)),
    })
  return defineAction({
    ...frame,
    effects: entry.effects,
    readBack: 'none',
    ...(carrier.endsWithAttempt && { endsWithAttempt: true }),
    perform: (input, context) => carrier.perform(input as JsonObject, context),
    settle: async (_input, context) => unsettled(carrier, await carrier.endLeftovers?.(context)),
  })
}

/** Nobody keeps a list of what commands and requests did. */
function unsettled({ target }: Carrier, goesOn: string | undefined): Settlement<JsonObject> {
  const detail = `nothing tells whether its effect happened, since ${target} cannot be asked`
  return { state: 'unknown', detail: goesOn === undefined ? detail : `${detail}; ${goesOn}` }
}

/** Only whoever printed a list can say that it is whole: in a field `complete`, if the entry's output has one (G12). */
function witnessed({ output }: Entry, reading: Reading<JsonObject>): Reading<JsonObject> {
  if (output?.fields['complete']?.kind !== 'bool') return reading
  return { ...reading, complete: reading.value['complete'] === true }
}
