import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import type { Operand, Operands } from '../../../schemas/plan.ts'
import { describeType, sameType } from '../../core/cel.ts'
import type { ActionContract, Contract } from '../../../schemas/contract.ts'
import { asMap } from '../shape/fields.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Node } from '../yaml/node.ts'
import type { Bench, Use } from './bench.ts'
import { compileOperand } from './operand.ts'

/** The inputs of an action, a reading or a claim, resolved to where they come from. */
export interface CompiledInputs {
  readonly operands: Operands
  readonly uses: readonly Use[]
}

/** Names that carry queries, commands and URLs: text is never pasted into these (G33). */
const RAW = new Set(['query', 'command', 'url'])

/** What takes inputs: an action, a reading, a runbook that is called, or an effect with its target. */
export type Taker = Pick<Contract, 'name' | 'input'> & Partial<Pick<ActionContract, 'premise'>>

/** Compiles `with`, and fills in ids that it does not name (language.md 2). */
export function compileInputs(
  contract: Taker,
  given: { readonly with: Node | undefined; readonly at: Span },
  bench: Bench,
): CompiledInputs {
  const map = given.with && asMap(given.with, '`with`', bench.report)
  if (given.with !== undefined && map === undefined) return { operands: {}, uses: [] }
  const operands: Record<string, Operand> = {}
  const uses: Use[] = []
  const named = new Set<string>()
  for (const { key, keySpan, value } of map?.entries ?? []) {
    named.add(key)
    const type = contract.input.fields[key]
    const from = sourceOf(type, key, bench)
    if (from !== undefined && value.kind === 'scalar' && !value.text.includes('{{'))
      bench.report.error('RB0207', value.span, {
        message: `\`${key}\` is filled in from \`${from.join('.')}\`: a literal would name another one`,
        help: 'drop it',
      })
    else if (type === undefined)
      unknownInput(contract, { key, keySpan, named: map?.entries.map((entry) => entry.key) ?? [] }, bench)
    else
      place(
        key,
        compileOperand(value, { type, name: key, raw: RAW.has(key), premise: premiseOf(contract, key) }, bench),
      )
  }
  const filled = fillIn(contract.input, named, bench)
  for (const [key, operand] of Object.entries(filled)) operands[key] = operand
  tellMissing(contract, { operands, named, at: given.at }, bench)
  return { operands, uses }

  function place(
    key: string,
    compiled: { readonly operand: Operand; readonly uses: readonly Use[] } | undefined,
  ): void {
    if (compiled === undefined) return
    operands[key] = compiled.operand
    uses.push(...compiled.uses)
  }
}

type Sources = Pick<Bench, 'fill' | 'items'>

/**
 * Ids that are not named come from the item of a loop around, or else from the input, or target field, of the same name
 * and type; nothing else is ever filled.
 */
export function fillIn(input: ObjectType, named: ReadonlySet<string>, sources: Sources): Operands {
  const open = Object.entries(input.fields).filter(([name]) => !named.has(name))
  return Object.fromEntries(
    open.flatMap(([name, type]): [string, Operand][] => {
      const path = sourceOf(type, name, sources)
      return path === undefined ? [] : [[name, { path }]]
    }),
  )
}

/** Where an id of this name and type is filled in from. */
function sourceOf(type: ValueType | undefined, name: string, { fill, items = [] }: Sources): string[] | undefined {
  const wanted = type?.kind === 'optional' ? type.inner : type
  if (wanted?.kind !== 'id') return undefined
  for (const item of items) {
    if (item.name === name && sameType(item.type, wanted)) return [name]
    if (item.type.kind === 'object' && hasField(item.type.fields, name, wanted)) return [item.name, name]
  }
  return hasField(fill.fields, name, wanted) ? [fill.root, name] : undefined
}

function hasField(fields: ObjectType['fields'], name: string, wanted: ValueType): boolean {
  const found = Object.hasOwn(fields, name) ? fields[name] : undefined
  return found !== undefined && sameType(found, wanted)
}

function premiseOf(contract: Taker, key: string): string | undefined {
  return contract.premise?.input === key ? contract.premise.reading : undefined
}

function unknownInput(
  contract: Taker,
  at: { key: string; keySpan: Span; named: readonly string[] },
  { report }: Bench,
): void {
  const candidates = Object.keys(contract.input.fields).filter((name) => !at.named.includes(name))
  report.unknown('RB0203', at.keySpan, {
    message: `\`${contract.name}\` has no input \`${at.key}\``,
    name: at.key,
    candidates,
  })
}

function tellMissing(
  contract: Taker,
  at: { operands: Operands; named: ReadonlySet<string>; at: Span },
  { report }: Bench,
): void {
  const strangers = [...at.named].some((name) => contract.input.fields[name] === undefined)
  const missing = Object.entries(contract.input.fields).filter(
    ([name, type]) =>
      type.kind !== 'optional' && at.operands[name] === undefined && !at.named.has(name) && !report.broken.has(name),
  )
  if (missing.length === 0 || strangers) return
  const named = missing.map(([name, type]) => `\`${name}\` (${describeType(type)})`).join(' and ')
  report.error('RB0204', at.at, {
    message: `\`${contract.name}\` needs ${named}`,
    help: 'name it under `with`: only ids of platform objects are filled in',
  })
}
