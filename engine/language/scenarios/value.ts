import type { Json } from '../../../schemas/json.ts'
import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import { describeType, sameType } from '../../core/cel.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { literalForm, literalOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, asMap, meantKeys, startOf } from '../shape/fields.ts'
import type { MapNode, Node, ScalarNode } from '../yaml/node.ts'

/** Where a value stands, and what may be in it. */
export interface ValuePlace {
  /** For messages: `platform.routeOwner`. */
  readonly what: string
  /** A patch names only the fields that change; `null` takes an optional one away. */
  readonly partial: boolean
  /** The action's inputs, where `{{name}}` may stand for one of them. */
  readonly inputs?: ObjectType
  readonly report: Report
}

/** Reads data as a value of a contract's type; every part that the contract does not allow is a mistake with its place. */
export function readValue(node: Node, type: ValueType, at: ValuePlace): Json | undefined {
  switch (type.kind) {
    case 'optional':
      return readValue(node, type.inner, at)
    case 'list':
      return readList(node, type.item, at)
    case 'object':
      return readObject(node, type, at)
    default:
      return readScalarValue(node, type, at)
  }
}

function readList(node: Node, item: ValueType, at: ValuePlace): Json | undefined {
  const list = asList(node, at.what, at.report)
  return list?.items.map(
    (inner) => readValue(inner, item, { ...at, what: `an item of ${at.what}`, partial: false }) ?? null,
  )
}

/** The fields of an object; those that are missing are told unless this is a patch. */
export function readObject(node: Node, type: ObjectType, at: ValuePlace): Record<string, Json> | undefined {
  const map = asMap(node, at.what, at.report)
  if (map === undefined) return undefined
  const known = Object.keys(type.fields)
  const meant = meantKeys(map, known)
  if (!at.partial) tellMissing(map, type, { ...at, meant: new Set(meant.values()) })
  return Object.fromEntries(
    map.entries.flatMap(({ key, keySpan, value }): [string, Json][] => {
      if (!known.includes(key)) {
        const message = `${at.what} has no field \`${key}\``
        at.report.unknown('RB0251', keySpan, { message, name: key, candidates: known })
      }
      const name = meant.get(key) ?? key
      const field = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined
      const read = field && readField(value, field, { ...at, what: `\`${name}\` of ${at.what}` })
      return read === undefined ? [] : [[name, read]]
    }),
  )
}

function readField(node: Node, type: ValueType, at: ValuePlace): Json | undefined {
  if (isNull(node) && type.kind === 'optional') return at.partial ? null : undefined
  return readValue(node, type, at)
}

function tellMissing(
  map: MapNode,
  { fields }: ObjectType,
  { what, report, meant }: ValuePlace & { readonly meant: ReadonlySet<string> },
): void {
  const missing = Object.keys(fields).filter(
    (name) => fields[name]?.kind !== 'optional' && !meant.has(name) && !map.entries.some(({ key }) => key === name),
  )
  if (missing.length === 0) return
  report.error('RB0251', startOf(map), {
    message: `${what} needs ${missing.map((name) => `\`${name}\``).join(', ')}`,
    label: 'the contract has them without fail',
  })
}

function readScalarValue(node: Node, type: ValueType, at: ValuePlace): Json | undefined {
  if (node.kind !== 'scalar') return mistaken(node, type, at)
  const [, input] = /^\{\{\s*(\w+)\s*\}\}$/.exec(node.text) ?? []
  if (input !== undefined && at.inputs !== undefined) return readInput(node, type, { ...at, inputs: at.inputs, input })
  return scalarOf(node, type) ?? mistaken(node, type, at)
}

/** `{{name}}`: the action's own input, of the type of the place. */
function readInput(
  node: ScalarNode,
  type: ValueType,
  at: ValuePlace & { readonly inputs: ObjectType; readonly input: string },
): Json | undefined {
  const { inputs, input, report } = at
  const given = Object.hasOwn(inputs.fields, input) ? inputs.fields[input] : undefined
  if (given === undefined)
    return report.unknown('RB0203', node.span, {
      message: `the action has no input \`${input}\``,
      name: input,
      candidates: Object.keys(inputs.fields),
    })
  const inner = given.kind === 'optional' ? given.inner : given
  if (sameType(inner, type)) return `{{${input}}}`
  return report.error(
    'RB0251',
    node.span,
    `${at.what} is ${describeType(type)}, and \`${input}\` is ${describeType(inner)}`,
  )
}

/** A scalar as the JSON of its type: numbers as contracts carry them, durations and ratios also as the language writes them. */
function scalarOf({ text, plain }: ScalarNode, type: ValueType): Json | undefined {
  switch (type.kind) {
    case 'count':
    case 'epoch':
    case 'sequence':
      return wholeOf(text)
    case 'duration':
      return literalOf(text, type) ?? wholeOf(text)
    case 'ratio':
      return literalOf(text, type) ?? (/^(0|[1-9]\d*)(\.\d{1,12})?$/.test(text) ? Number(text) : undefined)
    case 'text':
      return text === '' && plain ? undefined : text
    case 'version':
    case 'secretRef':
      return text === '' ? undefined : text
    default:
      return literalOf(text, type)
  }
}

function wholeOf(text: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : undefined
}

function mistaken(node: Node, type: ValueType, { what, report }: ValuePlace): undefined {
  const form = type.kind === 'epoch' || type.kind === 'sequence' ? 'a whole number' : literalForm(type)
  const help =
    type.kind === 'enum' && node.kind === 'scalar'
      ? (didYouMean(node.text, type.words) ?? `there are ${type.words.join(', ')}`)
      : form === undefined
        ? undefined
        : `write ${form}`
  return report.error('RB0251', startOf(node), {
    message: `${what} is ${describeType(type)}, and this is not`,
    ...(help === undefined ? {} : { help }),
  })
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.plain && (node.text === 'null' || node.text === '')
}
