import { canonical } from '../../../schemas/canonical.ts'
import type { Operand, Plan } from '../../../schemas/plan.ts'
import type { AttestedFact, Grounds } from '../../../schemas/run.ts'
import { resolveOperand } from '../../core/operand.ts'
import type { Scope } from '../../core/scope.ts'
import { pathsOf } from './certain.ts'
import type { Claimed } from './claimed.ts'
import { callers, endOf, levelOf, locate, startOf } from './instance.ts'
import type { Instance } from './instance.ts'
import { recordsOf } from './known.ts'
import type { Known } from './known.ts'

/** Readings as they were given for one instance. */
interface Group {
  /** Undefined where the Plan has no such instance. */
  readonly at: Instance | undefined
  readonly basis: Readonly<Record<string, AttestedFact>>
}

/** The first reading of the grounds that was not taken by this installation, or is not one that the Plan means at its place. */
export function strangeFact(claimed: Claimed, at: Instance, known: Known): string | undefined {
  const groups = groupsOf(claimed, at)
  const { host, run } = claimed
  const foreign = groups.flatMap(({ basis }) => foreignIn(basis, (fact) => host.keys.readHere(run.id, fact)))
  if (foreign[0] !== undefined) return `the fact \`${foreign[0]}\` was not read by this installation`
  const other = groups.flatMap((group) => otherIn(group, known))
  return other[0] === undefined ? undefined : `\`${other[0]}\` is not the reading that the Plan means`
}

function groupsOf({ grounds }: Claimed, at: Instance): Group[] {
  const root = (callers(at)[0] ?? at).spot.level.plan
  return [{ at, basis: grounds.facts }, ...byInstance(grounds, root)]
}

function byInstance({ decisions, lists = {} }: Grounds, root: Plan): Group[] {
  const decided = Object.entries(decisions).map(([id, basis]) => ({ at: locate(root, id)?.instance, basis }))
  return [...decided, ...Object.entries(lists).map(([id, basis]) => ({ at: placeOfList(root, id), basis }))]
}

/** The readings behind a call's outputs are those of the callee, at its end. */
function placeOfList(root: Plan, id: string): Instance | undefined {
  if (!id.endsWith('-outputs')) return locate(root, id)?.instance
  const call = locate(root, id.slice(0, -'-outputs'.length))
  const level = call === undefined ? undefined : levelOf(call.instance)
  return level === undefined ? undefined : endOf(startOf(level))
}

function foreignIn(basis: Group['basis'], isOurs: (fact: AttestedFact) => boolean): string[] {
  return Object.entries(basis).flatMap(([name, fact]) => [
    ...(fact.record.fact === name && isOurs(fact) ? [] : [name]),
    ...foreignIn(fact.from ?? {}, isOurs),
  ])
}

/** A reading that was taken here may still be one of something else: of another app, or by another action. */
function otherIn({ at, basis }: Group, known: Known): string[] {
  const names = Object.keys(basis)
  if (at === undefined) return names
  return names.length === 0 ? [] : othersIn(basis, { at, settled: known.settledAt(at) })
}

interface Place {
  readonly at: Instance
  readonly settled: Scope
}

function othersIn(basis: Group['basis'], place: Place): string[] {
  return Object.entries(basis).flatMap(([name, fact]) => [
    ...(isOfPlan(fact, name, place) ? [] : [name]),
    ...othersIn(fact.from ?? {}, place),
  ])
}

/** Its inputs must be those of the Plan: what they name does not change any more, or is a reading that came before it. */
function isOfPlan({ record, from = {} }: AttestedFact, name: string, { at, settled }: Place): boolean {
  const { facts } = at.spot.level.plan
  const fact = Object.hasOwn(facts, name) ? facts[name] : undefined
  if (fact?.action !== record.action) return false
  if (Object.keys(record.input).some((field) => !Object.hasOwn(fact.with, field))) return false
  const scope = { ...settled, records: recordsOf(from) }
  return Object.entries(fact.with).every(([field, operand]) => {
    if (namesReceipts(operand)) return true
    const looked = resolveOperand(operand, scope)
    return 'value' in looked && canonical(looked.value) === canonical(record.input[field] ?? null)
  })
}

/** What a run had done when it read is not what it has done since. */
function namesReceipts(operand: Operand): boolean {
  return pathsOf(operand).some(([root, field]) => root === 'run' && field === 'effects')
}
