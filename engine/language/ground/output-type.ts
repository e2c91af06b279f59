import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import type { Report } from '../report.ts'
import { asMap, startOf } from '../shape/fields.ts'
import { checkName, readWord } from '../shape/words.ts'
import { namedType } from '../type-table.ts'
import type { TypeTable } from '../type-table.ts'
import type { MapEntry, Node } from '../yaml/node.ts'

interface Around {
  readonly types: TypeTable
  readonly report: Report
}

/** Reads the shape of an entry's JSON: `{ state: app-state, note: text?, items: [{ host: host }] }`. */
export function readOutput(node: Node, around: Around): ObjectType | undefined {
  const map = asMap(node, '`output`', around.report)
  if (map === undefined) return undefined
  const fields = map.entries.map((entry) => readField(entry, around))
  const whole = fields.filter((field) => field !== undefined)
  return whole.length === fields.length ? { kind: 'object', fields: Object.fromEntries(whole) } : undefined
}

function readField({ key, keySpan, value }: MapEntry, around: Around): [string, ValueType] | undefined {
  checkName({ text: key, span: keySpan }, 'a field', around.report)
  const type = readType(value, around)
  return type && [key, type]
}

/** A map is an object, a list of one type a list of it, and a `?` says that the value may be absent. */
function readType(node: Node, around: Around): ValueType | undefined {
  if (node.kind === 'map') return readOutput(node, around)
  if (node.kind === 'list') return readList(node.items, node, around)
  const word = readWord(node, 'a type', around.report)
  if (word === undefined) return undefined
  if (!word.text.endsWith('?')) return namedType(word, around.types, around.report)
  const inner = namedType({ text: word.text.slice(0, -1), span: word.span }, around.types, around.report)
  return inner && { kind: 'optional', inner }
}

function readList([item, ...more]: readonly Node[], node: Node, around: Around): ValueType | undefined {
  if (item === undefined || more.length > 0)
    return around.report.error('RB0103', startOf(node), {
      message: 'a list names the one type of its items',
      help: 'write `[{ field: type }]`',
    })
  const type = readType(item, around)
  return type && { kind: 'list', item: type }
}
