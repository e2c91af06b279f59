import type { Span } from '../../../schemas/diagnostic.ts'
import type { FactPlan } from '../../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import type { ReadingContract } from '../../../schemas/contract.ts'
import { durationMs } from '../literals.ts'
import type { Report } from '../report.ts'
import { asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkName, readOneOf, readScalar, readWord } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import type { Bench, Use } from './bench.ts'
import { FACT_KEYS, RULE_FACT_KEYS } from './fact-keys.ts'
import { compileInputs } from './inputs.ts'

/** A declared fact whose reading exists. */
export interface FactDraft {
  readonly name: string
  readonly span: Span
  readonly contract: ReadingContract
  readonly readSpan: Span
  readonly with: Node | undefined
  readonly ifEmpty: 'allow' | 'unknown'
  readonly maxAgeMs: number
}

/** A fact with its inputs resolved, and what these use. */
export interface Fact {
  readonly draft: FactDraft
  readonly plan: FactPlan
  readonly uses: readonly Use[]
}

/** Reads `facts`: one grammar for runbooks and rules. `maxAge` is for rules. */
export function readFacts(
  node: Node | undefined,
  at: { readonly world: World; readonly report: Report; readonly rule: boolean },
): FactDraft[] {
  const map = node && asMap(node, '`facts`', at.report)
  return (map?.entries ?? []).flatMap((entry) => readFact(entry, at) ?? [])
}

/** Facts under the names by which they are used: what follows from another one is silent. */
export function underUsed(facts: readonly FactDraft[], instead: ReadonlyMap<string, string>): FactDraft[] {
  return facts.map((fact) => ({ ...fact, name: instead.get(fact.name) ?? fact.name }))
}

/** The types of the roots that facts add. */
export function factTypes(drafts: readonly FactDraft[]): Record<string, ValueType> {
  return Object.fromEntries(drafts.map(({ name, contract }) => [name, contract.output]))
}

/** What facts are readings of. */
export function factReadings(drafts: readonly FactDraft[]): Map<string, ReadingContract> {
  return new Map(drafts.map(({ name, contract }) => [name, contract]))
}

/** The facts for which an empty list is a value. */
export function emptyFacts(drafts: readonly FactDraft[]): Set<string> {
  return new Set(drafts.filter(({ ifEmpty }) => ifEmpty === 'allow').map(({ name }) => name))
}

/** Resolves the inputs of all facts. Facts that wait for each other in a circle are reported. */
export function compileFacts(drafts: readonly FactDraft[], bench: Bench): Map<string, Fact> {
  const names = new Set(drafts.map(({ name }) => name))
  const facts = new Map(drafts.map((draft) => [draft.name, compileFact(draft, names, bench)]))
  const circular = drafts.find(({ name }) => waitsForItself(name, facts))
  if (circular !== undefined)
    bench.report.error('RB0230', circular.span, `\`${circular.name}\` can never be read: its inputs need itself`)
  return facts
}

function compileFact(draft: FactDraft, names: ReadonlySet<string>, bench: Bench): Fact {
  const { operands, uses } = compileInputs(draft.contract, { with: draft.with, at: draft.readSpan }, bench)
  const after = [
    ...new Set(uses.flatMap(({ path: [root] }) => (root !== undefined && names.has(root) ? [root] : []))),
  ].sort()
  const plan: FactPlan = {
    action: draft.contract.name,
    with: operands,
    result: draft.contract.output,
    ifEmpty: draft.ifEmpty,
    maxAgeMs: draft.maxAgeMs,
    after,
  }
  return { draft, plan, uses }
}

function waitsForItself(name: string, facts: ReadonlyMap<string, Fact>): boolean {
  const seen = new Set<string>()
  const open = [...(facts.get(name)?.plan.after ?? [])]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!seen.has(next)) open.push(...(facts.get(next)?.plan.after ?? []))
    seen.add(next)
  }
  return seen.has(name)
}

function hasList({ fields }: ObjectType): boolean {
  return Object.values(fields).some(({ kind }) => kind === 'list')
}

function readFact(
  { key, keySpan, value }: MapEntry,
  at: { world: World; report: Report; rule: boolean },
): FactDraft | undefined {
  checkName({ text: key, span: keySpan }, 'a fact', at.report)
  const fields: Fields | undefined =
    value.kind === 'map' ? readFields(value, at.rule ? RULE_FACT_KEYS : FACT_KEYS, at.report) : { read: value }
  const read = fields?.['read'] && readWord(fields['read'], 'a reading', at.report)
  const contract = read && readingOf(read, at)
  const ifEmpty =
    fields?.['ifEmpty'] && readOneOf(fields['ifEmpty'], ['allow'], { what: '`ifEmpty`', report: at.report })
  if (fields?.['ifEmpty'] && contract !== undefined && !hasList(contract.output))
    at.report.error('RB0110', startOf(fields['ifEmpty']), {
      message: `\`ifEmpty\` belongs to a list, and \`${contract.name}\` has none`,
      help: 'drop it',
    })
  const maxAgeMs = fields?.['maxAge'] ? readAge(fields['maxAge'], at.report) : 0
  if (contract === undefined || read === undefined || maxAgeMs === undefined) {
    at.report.broken.add(key)
    return undefined
  }
  return {
    name: key,
    span: keySpan,
    contract,
    readSpan: read.span,
    with: fields?.['with'],
    ifEmpty: ifEmpty ?? 'unknown',
    maxAgeMs,
  }
}

/** A reading of this installation. */
export function readingOf(
  { text, span }: { text: string; span: Span },
  { world, report }: { world: World; report: Report },
): ReadingContract | undefined {
  const contract = world.contracts.get(text)
  if (contract?.kind === 'reading') return contract
  if (contract !== undefined) {
    return report.error('RB0202', span, {
      message: `\`${text}\` is an action with effects, not a reading`,
      help: 'a fact changes nothing; carry the action out with `do`',
    })
  }
  const candidates = [...world.contracts.values()].filter(({ kind }) => kind === 'reading').map(({ name }) => name)
  return report.unknown('RB0201', span, { message: `there is no reading \`${text}\``, name: text, candidates })
}

function readAge(node: Node, report: Report): number | undefined {
  const scalar = readScalar(node, '`maxAge`', report)
  if (scalar === undefined) return undefined
  return (
    durationMs(scalar.text) ??
    report.error('RB0112', scalar.span, { message: `\`${scalar.text}\` is not a duration`, help: 'write `30s`' })
  )
}
