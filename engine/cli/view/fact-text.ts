import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json } from '../../../schemas/json.ts'
import { columns, plain } from '../terminal.ts'

/** A reading in a line or two: its value, or why it is unknown. */
export function factLines({ fact, value, unknown, source, complete }: FactRecord): string[] {
  if (unknown !== undefined) return [`${fact}: unknown (${unknown.reason}): ${plain(unknown.detail)}`]
  const partly = complete === false ? ' (not complete)' : ''
  return [`${fact}: ${valueText(value ?? null, columns() - fact.length - 12)}${partly}  [${plain(source)}]`]
}

/** A value on one line, cut where it is long. */
export function valueText(value: Json, room = 200): string {
  const text = plain(JSON.stringify(value))
  return text.length <= Math.max(room, 40) ? text : `${text.slice(0, Math.max(room, 40) - 1)}…`
}
