import type { ActionContract, Contract } from '../../../schemas/contract.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { BlastRadius, EffectPlan, OutcomeKind } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType, sameType } from '../../core/cel.ts'
import { isLiteral } from '../literals.ts'
import type { Report } from '../report.ts'
import { asMap, readFields, startOf } from '../shape/fields.ts'
import { readOneOf, readSome, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { namedType } from '../type-table.ts'
import type { TypeTable } from '../type-table.ts'
import type { MapEntry, MapNode, Node } from '../yaml/node.ts'
import { addMeant, missingClaim, undeclared } from './effect-slips.ts'
import type { Certain } from './effect-slips.ts'
import { EFFECTS_FILE_KEYS, EFFECT_KEYS } from './keys.ts'

/** An effect of the closed vocabulary, with the place where it is declared. */
export type Effect = EffectPlan & { readonly span: Span }

/** The effects file: the vocabulary, and what may be called a success. */
export interface Effects {
  readonly byName: ReadonlyMap<string, Effect>
  /** Goal → effects `claim.*`. */
  readonly goals: ReadonlyMap<string, readonly string[]>
}

/** All ways in which a run ends; each makes the claim `claim.<as>`. */
export const OUTCOMES: readonly OutcomeKind[] = [
  'succeeded',
  'succeeded-with-exception',
  'blocked',
  'aborted',
  'failed-safe',
  'failed-unsafe',
  'escalated',
  'platform-defect',
  'deadline-enforced',
  'deferred',
]

type Mapped = ActionContract['effects'][string][string]

interface Draft {
  readonly under: Word | undefined
  readonly own: ReadonlyMap<string, ValueType>
  readonly protective: boolean
  readonly radius: BlastRadius | undefined
  readonly span: Span
}

/** From the smallest to the largest; an effect that says none has that of the effect above it. */
export const RADII = ['object', 'app', 'host', 'environment', 'installation'] as const satisfies BlastRadius[]

/** Reads the effects file; the names that the engine and the contracts give to effects are certain. */
export function readEffects(
  node: Node,
  types: TypeTable,
  { report, ...known }: { readonly report: Report } & Omit<Certain, 'claims'>,
): Effects {
  const fields = readFields(node, EFFECTS_FILE_KEYS, report)
  const declared = fields?.['effects'] && asMap(fields['effects'], '`effects`', report)
  if (declared === undefined) return { byName: new Map(), goals: new Map() }
  const drafts = new Map(declared.entries.map((entry) => [entry.key, readEffect(entry, types, report)]))
  const byName = new Map<string, Effect>()
  if (tooMany(declared, report)) return { byName, goals: new Map() }
  addMeant(drafts, { ...known, claims: OUTCOMES.map((as) => `claim.${as}`) }, report)
  for (const name of drafts.keys()) resolve(name, { drafts, byName, report, path: [] })
  for (const as of OUTCOMES) requireClaim(`claim.${as}`, { byName, report, at: fields?.['effects'] ?? node })
  return { byName, goals: fields?.['goals'] ? readGoals(fields['goals'], byName, report) : new Map() }
}

const MAX_EFFECTS = 500

/** Every rule is compiled for every effect below those that it guards. */
function tooMany({ entries }: MapNode, report: Report): boolean {
  const first = entries[MAX_EFFECTS]
  if (first === undefined) return false
  report.error('RB0009', first.keySpan, `there are ${entries.length} effects; at most ${MAX_EFFECTS} are read`)
  return true
}

/** The effect and everything above it. */
export function lineageOf(effect: string, byName: ReadonlyMap<string, EffectPlan>): string[] {
  const under = byName.get(effect)?.under
  return under === undefined ? [effect] : [effect, ...lineageOf(under, byName)]
}

/** The effects below one, itself included. */
export function belowOf(effect: string, byName: ReadonlyMap<string, EffectPlan>): string[] {
  return [...byName.keys()].filter((name) => lineageOf(name, byName).includes(effect))
}

/** What an action says of its effects must fit the effects file: every target field is filled by an input of its type. */
export function checkContracts(
  contracts: readonly Contract[],
  effects: Effects,
  at: { readonly report: Report; readonly span: Span },
): void {
  for (const contract of contracts) {
    if (contract.kind !== 'action') continue
    for (const [effect, mapping] of Object.entries(contract.effects)) {
      const declared = effects.byName.get(effect)
      if (declared === undefined) at.report.broken.add(effect)
      if (declared === undefined) at.report.error('RB0216', at.span, undeclared(contract, effect))
      else checkTarget({ contract, effect, mapping, declared }, at.report)
    }
  }
}

function checkTarget(
  at: { contract: Contract; effect: string; mapping: ActionContract['effects'][string]; declared: Effect },
  report: Report,
): void {
  for (const [field, type] of Object.entries(at.declared.target)) {
    if (isFilled(at.mapping[field], type, at.contract)) continue
    report.error('RB0224', at.declared.span, {
      message: `\`${at.contract.name}\` has the effect \`${at.effect}\` and does not say which of its inputs is \`${field}\``,
      help: 'map every field of the target in the action, or take the field out of it',
    })
  }
}

/** By an input of the same type, or by what it always is. */
function isFilled(from: Mapped | undefined, type: ValueType, { input }: Contract): boolean {
  if (typeof from === 'object') return isLiteral(from.literal, type)
  const given = from === undefined ? undefined : input.fields[from]
  return given !== undefined && sameType(given, type)
}

function readEffect({ key, keySpan, value }: MapEntry, types: TypeTable, report: Report): Draft {
  if (!/^[a-z][a-z0-9-]*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(key)) {
    report.error('RB0104', keySpan, {
      message: 'an effect is written `noun.verb`',
      help: 'use small letters, dots and hyphens',
    })
  }
  const fields = readFields(value, EFFECT_KEYS, report)
  const under = fields?.['under'] && readWord(fields['under'], '`under`', report)
  const target = fields?.['target'] && asMap(fields['target'], '`target`', report)
  // Of what is above it, it has its fields: without these nobody can tell what its target is.
  if (fields === undefined || (fields['under'] && !under) || (fields['target'] && !target)) report.broken.add(key)
  const protective =
    fields?.['protective'] && readOneOf(fields['protective'], ['true', 'false'], { what: '`protective`', report })
  return {
    under,
    own: new Map((target?.entries ?? []).flatMap((entry) => readTargetField(entry, key, { types, report }))),
    protective: protective === 'true',
    radius: fields?.['radius'] && readOneOf(fields['radius'], RADII, { what: '`radius`', report }),
    span: keySpan,
  }
}

function readTargetField(
  { key, value }: MapEntry,
  effect: string,
  { types, report }: { types: TypeTable; report: Report },
): [string, ValueType][] {
  const word = readWord(value, 'a type', report)
  const type = word && namedType(word, types, report)
  if (type === undefined) report.broken.add(effect)
  return type === undefined ? [] : [[key, type]]
}

/** A child has its parent's target fields too. */
function resolve(
  name: string,
  at: { drafts: ReadonlyMap<string, Draft>; byName: Map<string, Effect>; report: Report; path: readonly string[] },
): Effect | undefined {
  const known = at.byName.get(name)
  const draft = at.drafts.get(name)
  if (known !== undefined || draft === undefined) return known
  if (at.path.includes(name)) {
    at.path.forEach((above) => at.report.broken.add(above))
    return at.report.error('RB0231', draft.span, `\`${name}\` is above itself: ${[...at.path, name].join(' under ')}`)
  }
  const parent = draft.under && parentOf(draft.under, { ...at, path: [...at.path, name] })
  tellOther(name, { draft, parent, report: at.report })
  const effect: Effect = {
    ...(draft.under !== undefined && parent !== undefined ? { under: draft.under.text } : {}),
    target: { ...parent?.target, ...Object.fromEntries(draft.own) },
    protective: draft.protective || parent?.protective === true,
    ...radiusOf(draft.radius ?? parent?.radius),
    span: draft.span,
  }
  at.byName.set(name, effect)
  return effect
}

/** What is above it would be guarded by a field of another type. */
function tellOther(
  name: string,
  { draft, parent, report }: { draft: Draft; parent: Effect | undefined; report: Report },
): void {
  for (const [field, type] of draft.own) {
    const above = parent !== undefined && Object.hasOwn(parent.target, field) ? parent.target[field] : undefined
    if (above === undefined || sameType(above, type)) continue
    report.broken.add(name)
    report.error('RB0224', draft.span, {
      message: `\`${field}\` of \`${name}\` is ${describeType(type)}, and above it ${describeType(above)}`,
      help: 'a child has the fields of its parent: give its own another name',
    })
  }
}

function radiusOf(radius: BlastRadius | undefined): Pick<EffectPlan, 'radius'> {
  return radius === undefined ? {} : { radius }
}

function parentOf(
  under: Word,
  at: { drafts: ReadonlyMap<string, Draft>; byName: Map<string, Effect>; report: Report; path: readonly string[] },
): Effect | undefined {
  if (at.drafts.has(under.text)) return resolve(under.text, at)
  at.path.forEach((below) => at.report.broken.add(below))
  return at.report.unknown('RB0216', under.span, {
    message: `there is no effect \`${under.text}\``,
    name: under.text,
    candidates: at.drafts.keys(),
  })
}

function requireClaim(name: string, at: { byName: ReadonlyMap<string, Effect>; report: Report; at: Node }): void {
  if (at.byName.has(name)) return
  at.report.error('RB0224', startOf(at.at), {
    message: missingClaim(name),
    help: `add \`${name}: { under: claim }\``,
  })
}

function readGoals(node: Node, byName: ReadonlyMap<string, Effect>, report: Report): Map<string, readonly string[]> {
  const goals = asMap(node, '`goals`', report)
  if (goals?.entries.length === 0) report.error('RB0102', startOf(goals), '`goals` needs at least one goal')
  return new Map((goals?.entries ?? []).map(({ key, value }) => [key, readClaims(value, byName, report)]))
}

function readClaims(node: Node, byName: ReadonlyMap<string, Effect>, report: Report): string[] {
  return readSome(node, 'the claims of a goal', report).flatMap((word) => claimEffect(word, byName, report) ?? [])
}

/** The effect of a claim's name: `rolled-back` is `claim.rolled-back`. */
export function claimEffect(word: Word, byName: ReadonlyMap<string, EffectPlan>, report: Report): string | undefined {
  const name = `claim.${word.text}`
  if (byName.has(name)) return name
  const claims = [...byName.keys()]
    .filter((effect) => effect.startsWith('claim.'))
    .map((effect) => effect.slice('claim.'.length))
  return report.unknown('RB0214', word.span, {
    message: `there is no claim \`${word.text}\` in the effects file`,
    name: word.text,
    candidates: claims,
  })
}
