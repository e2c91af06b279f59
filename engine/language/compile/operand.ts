import type { Json } from '../../../schemas/json.ts'
import type { Operand } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType, pathType, sameType } from '../../core/cel.ts'
import { literalForm, literalOf } from '../literals.ts'
import { readScalar, readText } from '../shape/words.ts'
import type { Node, ScalarNode } from '../yaml/node.ts'
import type { Bench, Use } from './bench.ts'
import { typeAt } from './path.ts'
import { hasBraces, readTemplate } from './template.ts'
import type { Template } from './template.ts'

/** What an input takes. */
export interface Slot {
  readonly type: ValueType
  readonly name: string
  /** A query, command or URL: nothing is pasted into it. */
  readonly raw?: boolean
  /** The reading from which an expected value must come (G7). */
  readonly premise?: string | undefined
}

/** Where a value comes from, and the paths that it uses. */
export interface CompiledOperand {
  readonly operand: Operand
  readonly uses: readonly Use[]
}

/** Compiles one value of `with`: a path that keeps its type, a literal of the input's type, or text with paths. */
export function compileOperand(node: Node, slot: Slot, bench: Bench): CompiledOperand | undefined {
  const type = slot.type.kind === 'optional' ? slot.type.inner : slot.type
  if (node.kind === 'list' && type.kind === 'list') return literalList(node.items, { ...slot, type: type.item }, bench)
  const scalar =
    type.kind === 'text'
      ? readText(node, `\`${slot.name}\``, bench.report)
      : readScalar(node, `\`${slot.name}\``, bench.report)
  if (scalar === undefined) return undefined
  if (!hasBraces(scalar.text)) return literal(scalar, { ...slot, type }, bench)
  if (slot.raw === true) {
    return bench.report.error('RB0208', scalar.span, {
      message: `nothing is pasted into \`${slot.name}\``,
      help: 'use a named parameter, which the action encodes',
    })
  }
  const template = readTemplate(scalar, bench.report)
  return template && fromTemplate(template, { ...slot, type, scalar }, bench)
}

/** Compiles text for people: approvals and messages. */
export function compileText(node: Node, what: string, bench: Bench): CompiledOperand | undefined {
  const scalar = readText(node, what, bench.report)
  const template = scalar && readTemplate(scalar, bench.report)
  return template && textOf(template, bench)
}

type Filled = Slot & { readonly scalar: ScalarNode }

function fromTemplate(template: Template, slot: Filled, bench: Bench): CompiledOperand | undefined {
  const [only, ...more] = template
  if (typeof only !== 'object' || more.length > 0) {
    if (slot.type.kind === 'text') return textOf(template, bench)
    return bench.report.error(
      'RB0205',
      slot.scalar.span,
      `\`${slot.name}\` is ${describeType(slot.type)}: only text may mix words and paths`,
    )
  }
  const type = typeAt(only, bench)
  if (type === undefined) return undefined
  if (slot.premise !== undefined && ['inputs', 'policy', 'run'].includes(only.path[0] ?? ''))
    return notFromReading(slot, bench)
  if (fits(type, slot.type)) return { operand: { path: only.path }, uses: [only] }
  if (slot.type.kind === 'text' && isScalar(type)) return { operand: { text: [{ path: only.path }] }, uses: [only] }
  return mismatch(only, { type, slot }, bench)
}

/** Every word that the value can be must be one that the place takes; other types must be the same. */
function fits(type: ValueType, wanted: ValueType): boolean {
  if (type.kind === 'enum' && wanted.kind === 'enum') return type.words.every((word) => wanted.words.includes(word))
  return sameType(type, wanted)
}

function mismatch(use: Use, { type, slot }: { type: ValueType; slot: Slot }, { report }: Bench): undefined {
  const path = use.path.join('.')
  if (type.kind === 'optional') {
    return report.error('RB0309', use.span, {
      message: `\`${path}\` may be absent`,
      help: `use \`{{${path}.value}}\` where \`${path}.known\` was decided`,
    })
  }
  const strange = type.kind === 'enum' && slot.type.kind === 'enum' ? wordsBeside(type, slot.type) : []
  const named = strange.map((word) => `\`${word}\``).join(', ')
  return report.error('RB0205', use.span, {
    message: `\`${slot.name}\` takes ${describeType(slot.type)}, and \`${path}\` is ${describeType(type)}`,
    label: `${describeType(type)}${named === '' ? '' : `, and can be ${named}`}`,
    ...(strange.length === 0 ? {} : { help: wayOut(strange, { path, name: slot.name }) }),
  })
}

type Words = ValueType & { kind: 'enum' }

function wordsBeside(type: Words, wanted: Words): string[] {
  return type.words.filter((word) => !wanted.words.includes(word))
}

/** What a judgement has besides its cases, whatever it picks: so that another `pick` changes no contract. */
const BESIDES = ['mixed', 'unknown']

function wayOut(strange: readonly string[], { path, name }: { path: string; name: string }): string {
  const besides = strange.filter((word) => BESIDES.includes(word))
  if (path.includes('.') || besides.length === 0)
    return `the contract's words for \`${name}\` must have all that \`${path}\` can be; or a step for each case writes its own`
  return `a decision can be \`mixed\` and \`unknown\` besides its cases, with \`pick: first\` too: the contract's words for \`${name}\` must have both; or a step for each case writes its own`
}

function textOf(template: Template, bench: Bench): CompiledOperand | undefined {
  const uses = template.filter((part) => typeof part === 'object')
  const types = uses.map((use) => [use, typeAt(use, bench)] as const)
  for (const [use, type] of types) {
    if (type === undefined || isScalar(type)) continue
    bench.report.error(
      'RB0205',
      use.span,
      `\`${use.path.join('.')}\` is ${describeType(type)}: it cannot stand in a text`,
    )
  }
  if (types.some(([, type]) => type === undefined)) return undefined
  const parts = template.map((part) => (typeof part === 'string' ? part : { path: part.path }))
  const words = parts.filter((part) => typeof part === 'string')
  return { operand: uses.length === 0 ? { literal: words.join('') } : { text: parts }, uses }
}

function literal(scalar: ScalarNode, slot: Slot, bench: Bench): CompiledOperand | undefined {
  if (slot.premise !== undefined) return notFromReading({ ...slot, scalar }, bench)
  if (slot.type.kind !== 'text' && isPath(scalar.text, bench)) return barePath(scalar, slot, bench)
  const value = literalOf(scalar.text, slot.type)
  if (value !== undefined) return { operand: { literal: value }, uses: [] }
  const form = literalForm(slot.type)
  return bench.report.error('RB0205', scalar.span, {
    message: `\`${slot.name}\` is ${describeType(slot.type)}, and \`${scalar.text}\` is none`,
    help:
      form === undefined
        ? 'it has no literal: it comes from a reading, as `"{{fact.field}}"`'
        : `write ${form}, or a path in braces and quotes`,
  })
}

function literalList(items: readonly Node[], slot: Slot, bench: Bench): CompiledOperand | undefined {
  const compiled = items.map((item) => compileOperand(item, slot, bench))
  const values = compiled.flatMap((item): Json[] =>
    item !== undefined && 'literal' in item.operand ? [item.operand.literal] : [],
  )
  return values.length === items.length ? { operand: { literal: values }, uses: [] } : undefined
}

function barePath(scalar: ScalarNode, slot: Slot, { report }: Bench): undefined {
  return report.error('RB0206', scalar.span, {
    message: `\`${scalar.text}\` is text here, and \`${slot.name}\` is ${describeType(slot.type)}`,
    help: `write \`"{{${scalar.text}}}"\``,
  })
}

function notFromReading(slot: Filled, { report }: Bench): undefined {
  return report.error('RB0207', slot.scalar.span, {
    message: `\`${slot.name}\` is the value on which the write depends: it comes from the reading on which the decision rested`,
    help: `write a path of a fact that reads \`${slot.premise ?? ''}\``,
  })
}

function isPath(text: string, bench: Bench): boolean {
  return /^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/.test(text) && 'type' in pathType(text.split('.'), bench.variables)
}

function isScalar(type: ValueType): boolean {
  return !['list', 'object', 'optional', 'secretRef'].includes(type.kind)
}
