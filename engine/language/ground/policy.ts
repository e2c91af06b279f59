import type { Span } from '../../../schemas/diagnostic.ts'
import type { Json } from '../../../schemas/json.ts'
import type { PolicyValue } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { durationMs, literalForm, literalOf, ratioOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, asMap, readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, checkName, readScalar, readSome, readText, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { TypeTable } from '../type-table.ts'
import type { MapEntry, Node, ScalarNode } from '../yaml/node.ts'
import { OVERLAY_KEYS, POLICY_FILE_KEYS, ROLE_KEYS, SLO_KEYS, VALUE_KEYS } from './keys.ts'

/** A policy value with the place where it is given. */
export type Policy = PolicyValue & { readonly span: Span }

/** Who somebody is for a runbook; the people behind a role are configuration. */
export interface Role {
  readonly text: string
}

/** The policy file: numbers that tip decisions, and roles. */
export interface PolicyFile {
  readonly values: ReadonlyMap<string, Policy>
  readonly roles: ReadonlyMap<string, Role>
}

type Slos = ReadonlyMap<string, number>

/** Reads the policy file. No value is without a source. */
export function readPolicy(node: Node, types: TypeTable, report: Report): PolicyFile {
  const fields = readFields(node, POLICY_FILE_KEYS, report)
  const slos: Slos = new Map(entriesOf(fields?.['slos'], '`slos`', report).flatMap((entry) => readSlo(entry, report)))
  const values = entriesOf(fields?.['values'], '`values`', report).flatMap((entry) =>
    readValue(entry, { types, slos }, report),
  )
  const roles = entriesOf(fields?.['roles'], '`roles`', report).flatMap((entry) => readRole(entry, report))
  return { values: new Map(values), roles: new Map(roles) }
}

/** Reads an overlay: values that replace those of the base, each with a source of its own. */
export function readOverlay(
  node: Node,
  base: ReadonlyMap<string, Policy>,
  at: { readonly types: TypeTable; readonly report: Report },
): Map<string, Policy> {
  const fields = readFields(node, OVERLAY_KEYS, at.report)
  const values = entriesOf(fields?.['values'], '`values`', at.report)
  for (const { key, keySpan } of values) {
    if (base.has(key)) continue
    at.report.unknown('RB0217', keySpan, {
      message: `there is no policy value \`${key}\` that this could replace`,
      name: key,
      candidates: base.keys(),
    })
  }
  const replaced = values.flatMap((entry) => readValue(entry, { types: at.types, slos: new Map() }, at.report))
  const fitting = replaced.filter(([name, value]) => hasUnitOf(base.get(name), { name, value, report: at.report }))
  return new Map([...base, ...fitting])
}

function hasUnitOf(
  base: Policy | undefined,
  { name, value, report }: { name: string; value: Policy; report: Report },
): boolean {
  if (base === undefined || base.unit === value.unit) return base !== undefined
  report.error('RB0112', value.span, `\`${name}\` is a ${base.unit} in the policy, and here a ${value.unit}`)
  return false
}

function entriesOf(node: Node | undefined, what: string, report: Report): readonly MapEntry[] {
  return (node && asMap(node, what, report))?.entries ?? []
}

function readSlo({ key, value }: MapEntry, report: Report): [string, number][] {
  const fields = readFields(value, SLO_KEYS, report)
  if (fields?.['source']) readText(fields['source'], 'a source', report)
  const target = fields?.['target'] && readNumber(fields['target'], { kind: 'ratio' }, report)
  const over = fields?.['over'] && readNumber(fields['over'], { kind: 'duration' }, report)
  if (typeof target === 'number' && over !== undefined) return [[key, target]]
  report.broken.add(key)
  return []
}

function readValue(
  { key, keySpan, value }: MapEntry,
  at: { types: TypeTable; slos: Slos },
  report: Report,
): [string, Policy][] {
  checkName({ text: key, span: keySpan }, 'a policy value', report)
  const burns = value.kind === 'map' && value.entries.some((entry) => entry.key === 'burn')
  const fields = readFields(value, burns ? VALUE_KEYS.burn : VALUE_KEYS.plain, report)
  const source = fields?.['source'] && readText(fields['source'], 'a source', report)
  const given = fields && (burns ? burnRate(fields, at.slos, report) : plainValue(fields, at.types, report))
  if (given !== undefined && source !== undefined) return [[key, { ...given, source: source.text, span: keySpan }]]
  report.broken.add(key)
  return []
}

type Given = Pick<PolicyValue, 'type' | 'value' | 'unit'>

function plainValue(fields: Fields, types: TypeTable, report: Report): Given | undefined {
  const is = fields['is']
  if (is === undefined) return undefined
  if (fields['unit'] === undefined) return durationValue(is, report)
  const unit = readWord(fields['unit'], '`unit`', report)
  if (unit === undefined) return undefined
  if (unit.text === 'ratio' || unit.text === 'count') return valueOf(is, { kind: unit.text }, report)
  if (unit.text.startsWith('list of '))
    return listOf(is, { text: unit.text.slice('list of '.length), span: unit.span }, { types, report })
  return report.error('RB0107', unit.span, {
    message: `a unit cannot be \`${unit.text}\``,
    help: 'there are `ratio`, `count` and `list of <enum>`; a duration is seen from the value',
  })
}

function durationValue(is: Node, report: Report): Given | undefined {
  const scalar = readScalar(is, 'a policy value', report)
  if (scalar === undefined) return undefined
  const value = durationMs(scalar.text)
  if (value !== undefined) return { type: { kind: 'duration' }, value, unit: 'duration' }
  const unit = ratioOf(scalar.text) === undefined ? 'count' : 'ratio'
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a duration, and no unit is given`,
    help: `add \`unit: ${unit}\`, or write a duration such as \`5m\``,
  })
}

function valueOf(is: Node, type: ValueType & { kind: 'ratio' | 'count' }, report: Report): Given | undefined {
  const value = readNumber(is, type, report)
  return value === undefined ? undefined : { type, value, unit: type.kind }
}

function listOf(
  is: Node,
  { text, span }: Word,
  { types, report }: { types: TypeTable; report: Report },
): Given | undefined {
  const words = types.get(text)
  if (words?.kind === 'enum') return listOfWords(is, words, report)
  const enums = [...types].flatMap(([name, { kind }]) => (kind === 'enum' ? [name] : []))
  const message = `there is no enum \`${text}\`: no action or reading of this installation has a field of it`
  return report.unknown('RB0107', span, { message, name: text, candidates: enums })
}

function listOfWords(is: Node, item: ValueType & { kind: 'enum' }, report: Report): Given | undefined {
  const list = asList(is, 'this policy value', report)
  if (list === undefined) return undefined
  const words = readSome(list, 'this policy value', report)
  for (const word of words) {
    if (item.words.includes(word.text)) continue
    report.unknown('RB0112', word.span, {
      message: `\`${word.text}\` is not a word of \`${item.of}\``,
      name: word.text,
      candidates: item.words,
    })
  }
  return { type: { kind: 'list', item }, value: words.map(({ text }) => text), unit: `list of ${item.of}` }
}

/** The error ratio at which an SLO's budget burns at this rate: computed, never typed a second time. */
function burnRate(fields: Fields, slos: Slos, report: Report): Given | undefined {
  const slo = fields['slo'] && readWord(fields['slo'], '`slo`', report)
  const burn = fields['burn'] && readScalar(fields['burn'], '`burn`', report)
  if (fields['windows']) readSome(fields['windows'], '`windows`', report).forEach((word) => checkWindow(word, report))
  if (slo === undefined || burn === undefined) return undefined
  const target = slos.get(slo.text)
  if (target === undefined)
    return report.unknown('RB0217', slo.span, {
      message: `there is no SLO \`${slo.text}\``,
      name: slo.text,
      candidates: slos.keys(),
    })
  if (!/^\d{1,4}(\.\d{1,4})?$/.test(burn.text))
    return report.error('RB0112', burn.span, `a burn rate is a number such as \`14.4\`, and this is \`${burn.text}\``)
  const value = Number((Number(burn.text) * (1 - target)).toPrecision(12))
  if (value <= 0)
    return report.error('RB0112', burn.span, {
      message: `of \`${slo.text}\` nothing can be burnt: this is no error at all`,
      help: 'a target below 100%, and a rate above 0',
    })
  return { type: { kind: 'ratio' }, value, unit: 'ratio' }
}

function checkWindow({ text, span }: { text: string; span: Span }, report: Report): void {
  if (durationMs(text) === undefined)
    report.error('RB0112', span, { message: `\`${text}\` is not a duration`, help: 'write `90s`, `5m`, `2h` or `3d`' })
}

function readNumber(node: Node, type: ValueType, report: Report): Json | undefined {
  const scalar: ScalarNode | undefined = readScalar(node, 'a value', report)
  if (scalar === undefined) return undefined
  const value = literalOf(scalar.text, type)
  if (value !== undefined) return value
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a ${type.kind}`,
    help: `write ${literalForm(type) ?? 'another value'}`,
  })
}

function readRole({ key, keySpan, value }: MapEntry, report: Report): [string, Role][] {
  if (!checkId({ text: key, span: keySpan }, 'a role', report)) return []
  const fields = readFields(value, ROLE_KEYS, report)
  const text = fields?.['text'] && readText(fields['text'], 'the text of a role', report)
  return [[key, { text: text?.text ?? '' }]]
}
