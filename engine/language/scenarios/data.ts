import type { Json, JsonObject } from '../../../schemas/json.ts'
import { ratioOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asMap } from '../shape/fields.ts'
import type { Node } from '../yaml/node.ts'

/** YAML as data: numbers, `true`, `false`, `null`, `8%` (0.08) and text. Quotes keep text what it is. */
export function dataOf(node: Node): Json {
  if (node.kind === 'list') return node.items.map(dataOf)
  if (node.kind === 'map') return Object.fromEntries(node.entries.map(({ key, value }) => [key, dataOf(value)]))
  return node.plain ? scalarData(node.text) : node.text
}

/** The data of a map that may be left out; anything else is a mistake. */
export function objectOf(node: Node | undefined, what: string, report: Report): JsonObject {
  const map = node && asMap(node, what, report)
  return map === undefined ? {} : (dataOf(map) as JsonObject)
}

function scalarData(text: string): Json {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null' || text === '') return null
  if (/^-?(0|[1-9]\d{0,14})(\.\d{1,12})?$/.test(text)) return Number(text)
  return ratioOf(text) ?? text
}
