import type { AnyDefinition } from '../../../actions/define.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { ScheduleTrigger } from '../../../schemas/plan.ts'
import type { Connections } from '../connections.ts'
import { takeReading } from '../readings.ts'

/** What readings are taken with. */
export interface Reading {
  readonly definitions: ReadonlyMap<string, AnyDefinition>
  readonly connections: Connections
}

/** The items for which a schedule asks for runs now, or why nobody can say. A list that may be incomplete says nothing (G12). */
export async function itemsOf(
  { from }: Pick<ScheduleTrigger, 'from'>,
  { definitions, connections }: Reading,
): Promise<{ readonly items: readonly JsonObject[] } | { readonly unknown: string }> {
  const definition = definitions.get(from.action)
  if (definition?.kind !== 'reading') return { unknown: `this installation has no reading \`${from.action}\`` }
  return listIn(await takeReading(definition, { name: from.list, input: {} }, connections), from.list)
}

function listIn(record: FactRecord, field: string): { items: readonly JsonObject[] } | { unknown: string } {
  const { action, unknown, complete, value } = record
  if (unknown !== undefined) return { unknown: `\`${action}\` is unknown: ${unknown.detail}` }
  if (complete !== true) return { unknown: `\`${action}\` does not say that its list is whole` }
  const list: Json | undefined = (value as JsonObject)[field]
  return Array.isArray(list) ? { items: list as JsonObject[] } : { unknown: `\`${action}\` has no list \`${field}\`` }
}
