import type { JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { AttestedFact, EffectReceipt, Grounds, SignedVote } from '../../schemas/run.ts'
import { Facts } from './facts-once.ts'
import { isInPieces, weightOf } from './pieces.ts'
import { placeOf, takePlace } from './place-snapshot.ts'
import type { KeptPlace } from './place-snapshot.ts'
import { receiptsSeen } from './receipts-seen.ts'
import { proposalBy } from './proposal.ts'
import { openRun } from './run.ts'
import type { Completed, Run } from './run.ts'

/**
 * The form of what goes along to another execution, here and in the ledger. 1: nobody waits. 2: steps may be waiting for people and
 * for facts. Whatever is left out of a later form, or means something else there, makes it another version.
 */
export const SNAPSHOT_VERSION = 2

/** The form of a snapshot that is too big to go along: it lies in pieces in the evidence store, and is of the form above there. */
export const IN_PIECES_VERSION = 3

/**
 * The form of a run that is taking back what it did: its places say what has stopped them. Whoever does not know this form would walk
 * on instead.
 */
export const TAKING_BACK_VERSION = 4

/** Thrown where an earlier execution has left a run in a form that this interpreter does not know. */
export class UnknownSnapshot extends Error {
  override readonly name = 'UnknownSnapshot'
}

/** A run between two steps, as data: what another execution needs to go on with it. Each reading stands in it once. */
interface Kept {
  /** Absent: 1. */
  readonly version?: number
  readonly facts: readonly AttestedFact[]
  readonly place: KeptPlace
  readonly votes: readonly SignedVote[]
  readonly activities: Readonly<Record<string, number>>
  readonly asked: Readonly<Record<string, number>>
  readonly rounds: Readonly<Record<string, number>>
  readonly conflicts: Readonly<Record<string, number>>
  readonly receipts: readonly EffectReceipt[]
  readonly taken: Readonly<Record<string, number>>
  readonly tell: readonly string[]
  readonly agreement: readonly SignedVote[]
  /** The instance that asks for it. */
  readonly proposal?: string
  readonly kept: readonly number[]
}

/** The run as data. What it has completed is kept apart (`freeze`), under this number. */
export function snapshotOf(run: Run, number: number): JsonObject {
  const { whole } = run
  const facts = new Facts()
  const kept: Omit<Kept, 'facts'> = {
    version: isTakingBack(run) ? TAKING_BACK_VERSION : SNAPSHOT_VERSION,
    place: takePlace(run, facts),
    votes: whole.votes,
    activities: Object.fromEntries(whole.activities),
    asked: Object.fromEntries(whole.asked),
    rounds: Object.fromEntries(whole.rounds),
    conflicts: Object.fromEntries(whole.conflicts),
    receipts: receiptsSeen(whole.plan, whole.receipts),
    taken: Object.fromEntries([...whole.taken].map(([key, fact]) => [key, facts.at(fact)])),
    tell: [...whole.tell],
    agreement: whole.agreement,
    ...(whole.proposal === undefined ? {} : { proposal: whole.proposal.instance }),
    kept: [...whole.kept, ...(whole.completed.length === 0 ? [] : [number])],
  }
  return { ...kept, facts: facts.all } as unknown as JsonObject
}

function isTakingBack({ stopped, inside }: Run): boolean {
  return stopped !== undefined || [...inside.values()].some(isTakingBack)
}

/** A snapshot that lies in pieces. */
export function inPieces(pieces: readonly string[]): JsonObject {
  return { version: IN_PIECES_VERSION, pieces: [...pieces] }
}

/** The snapshot, if this interpreter knows its form. Throws `UnknownSnapshot` otherwise: nothing of it is guessed. */
export function knownSnapshot(state: JsonObject): JsonObject {
  const { version = 1 } = state
  if (version === 1 || version === SNAPSHOT_VERSION || version === TAKING_BACK_VERSION) return state
  if (version === IN_PIECES_VERSION && isInPieces(state)) return state
  throw new UnknownSnapshot(
    `this run was left by another interpreter, in form ${JSON.stringify(version)}; known are 1 to ${TAKING_BACK_VERSION}`,
  )
}

/** The run that was made data, as it was. Throws where its form is not known. */
export function restoreRun(plan: Plan, opening: Parameters<typeof openRun>[1], carried: Restoring): Run {
  const kept = knownSnapshot(carried.state) as unknown as Kept
  const opened = openRun(plan, opening, carried)
  const { whole } = opened
  whole.votes = kept.votes
  whole.agreement = kept.agreement
  if (kept.proposal !== undefined) whole.proposal = proposalBy(kept.proposal)
  whole.kept = kept.kept
  whole.receipts.push(...kept.receipts)
  for (const role of kept.tell) whole.tell.add(role)
  fill(whole.activities, kept.activities)
  fill(whole.asked, kept.asked)
  fill(whole.rounds, kept.rounds)
  fill(whole.conflicts, kept.conflicts)
  const facts = new Facts(kept.facts)
  for (const [key, at] of Object.entries(kept.taken)) whole.taken.set(key, facts.get(at))
  return placeOf(opened, kept.place, facts)
}

interface Restoring {
  readonly ports: Run['ports']
  readonly ledger: Run['ledger']
  readonly state: JsonObject
}

function fill<T>(map: Map<string, T>, values: Readonly<Record<string, T>>): void {
  for (const [key, value] of Object.entries(values)) map.set(key, value)
}

type FrozenGrounds = Omit<Grounds, 'facts' | 'decisions' | 'lists' | 'taken'> & {
  readonly facts: Readonly<Record<string, number>>
  readonly decisions: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly lists?: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly taken?: readonly number[]
}

interface Frozen {
  readonly facts: readonly AttestedFact[]
  readonly completed: readonly (Omit<Completed, 'undo'> & {
    readonly undo?: { readonly unknown: string } | { action: string; input: JsonObject; grounds: FrozenGrounds }
  })[]
}

/** Completed steps as data, for the evidence store. */
export function freeze(completed: readonly Completed[]): JsonObject {
  const facts = new Facts()
  const frozen = completed.map(({ undo, ...step }) => {
    if (undo === undefined || 'unknown' in undo) return { ...step, ...(undo === undefined ? {} : { undo }) }
    return { ...step, undo: { ...undo, grounds: frozenGrounds(undo.grounds, facts) } }
  })
  return { completed: frozen, facts: facts.all } as unknown as JsonObject
}

/** The completed steps that were made data. */
export function thaw(values: JsonObject): Completed[] {
  const { completed, facts: all } = values as unknown as Frozen
  const facts = new Facts(all)
  return completed.map(({ undo, ...step }) => {
    if (undo === undefined || 'unknown' in undo) return { ...step, ...(undo === undefined ? {} : { undo }) }
    return { ...step, undo: { ...undo, grounds: thawedGrounds(undo.grounds, facts) } }
  })
}

/** Grounds that stay where they were kept, until what rests on them is taken back: of which execution, and of which step there. */
export interface KeptGrounds extends Grounds {
  readonly kept: { readonly number: number; readonly at: number }
}

/** The same steps without the grounds on which they would be taken back, which are a run's greatest part and seldom needed. */
export function lighten(values: JsonObject, number: number): JsonObject {
  const light = thaw(values).map((step, at): Completed => {
    const { undo } = step
    if (undo === undefined || 'unknown' in undo || isKept(undo.grounds)) return step
    const grounds: KeptGrounds = { facts: {}, decisions: {}, votes: [], kept: { number, at } }
    return { ...step, undo: { ...undo, grounds } }
  })
  return freeze(light)
}

/** One of these steps alone, with its grounds. */
export function oneOf(values: JsonObject, at: number): JsonObject {
  return freeze(thaw(values).slice(at, at + 1))
}

/**
 * Of these steps those from this one on which weigh no more than that together, or that one alone; with the `next` one, where there
 * are more. A step that is too big even by itself is known to be done, and not how it would be taken back.
 */
export function partOf(values: JsonObject, from: number, { most, alone }: { most: number; alone: number }): JsonObject {
  if (from === 0 && weightOf(values) <= most) return values
  const steps = thaw(values)
  const part: Completed[] = []
  let weight = 0
  for (const step of steps.slice(from).map((one) => withinWeight(one, alone))) {
    weight += weightOf(freeze([step]))
    if (part.length > 0 && weight > most) break
    part.push(step)
  }
  const next = from + part.length
  return { ...freeze(part), ...(next < steps.length ? { next } : {}) }
}

function withinWeight(step: Completed, most: number): Completed {
  const bytes = weightOf(freeze([step]))
  if (bytes <= most) return step
  const unknown = `its inputs have ${Math.ceil(bytes / 1_000_000)} MB, which is too much to look up`
  return { ...step, undo: { unknown } }
}

/** Were they left where they are kept? */
export function isKept(grounds: Grounds): grounds is KeptGrounds {
  return 'kept' in grounds
}

function frozenGrounds({ facts, decisions, lists, taken, ...rest }: Grounds, once: Facts): FrozenGrounds {
  return {
    ...rest,
    facts: once.atAll(facts),
    decisions: mapped(decisions, (basis) => once.atAll(basis)),
    ...(lists === undefined ? {} : { lists: mapped(lists, (basis) => once.atAll(basis)) }),
    ...(taken === undefined ? {} : { taken: taken.map((fact) => once.at(fact)) }),
  }
}

function thawedGrounds({ facts, decisions, lists, taken, ...rest }: FrozenGrounds, once: Facts): Grounds {
  return {
    ...rest,
    facts: once.getAll(facts),
    decisions: mapped(decisions, (basis) => once.getAll(basis)),
    ...(lists === undefined ? {} : { lists: mapped(lists, (basis) => once.getAll(basis)) }),
    ...(taken === undefined ? {} : { taken: taken.map((at) => once.get(at)) }),
  }
}

function mapped<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}
