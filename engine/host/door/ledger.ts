import { allPasses } from '../../../evidence/effects.ts'
import type { PassFiles } from '../../../evidence/effects.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { Receipt } from '../../../schemas/evidence.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { EffectReceipt, SignedVote } from '../../../schemas/run.ts'
import { votesOf } from '../votes.ts'
import type { RunVotes } from '../votes.ts'
import { locate } from './instance.ts'
import { saidOutcomes } from './said-outcomes.ts'
import type { SaidEnd } from './said-outcomes.ts'
import type { DoneStep } from './records.ts'

/** What a run has done so far, by its own records: the authority on it (G15). */
export interface Ledger {
  /** The passes of each instance, oldest first. */
  readonly passes: ReadonlyMap<string, readonly PassFiles[]>
  /** What has receipts, by instance. */
  readonly done: ReadonlyMap<string, DoneStep>
  /** An entry for each effect of each receipt, oldest first. */
  readonly effects: readonly EffectReceipt[]
  /** The outcome of each call that has said one, by the call's instance. */
  readonly called: ReadonlyMap<string, SaidEnd>
  /** Votes, questions and further triggers that were recorded. */
  readonly ballot: RunVotes
}

/** Whose records are wanted; who has voted matters only where votes are given. */
export interface Wanted {
  readonly plan: Plan
  readonly votes: readonly SignedVote[]
}

/** Of a run in which nobody's vote is asked about. */
export const NO_BALLOT: RunVotes = { votes: [], questions: [], triggers: [] }

/** Reads the records of a run's own instances. Throws `EvidenceUnavailable` where they cannot be read. */
export async function ledgerOf(store: EvidenceStore, runId: string, { plan, votes }: Wanted): Promise<Ledger> {
  const own = (step: string) => locate(plan, step) !== undefined
  const [passes, called, ballot] = await Promise.all([
    allPasses(store, runId, own),
    plan.callees === undefined ? new Map<string, SaidEnd>() : saidOutcomes(store, runId),
    votes.length === 0 ? NO_BALLOT : votesOf(store, runId),
  ])
  const received = [...passes].flatMap(([instance, files]) => receivedBy(instance, files))
  const done = new Map(received.map(({ instance, receipt }) => [instance, receipt] as const))
  const effects = received
    .sort((a, b) => (a.receipt.at < b.receipt.at ? -1 : 1))
    .flatMap((one) => receiptsOf(one, done.has(`${one.instance}-undo`)))
  return { passes, done, effects, called, ballot }
}

interface Received {
  readonly instance: string
  readonly receipt: Receipt
  readonly targets: NonNullable<Receipt['targets']>
}

function receivedBy(instance: string, passes: readonly PassFiles[]): Received[] {
  const receipt = passes.find((pass) => pass.receipt !== undefined)?.receipt?.value
  if (receipt === undefined) return []
  const intent = passes.find((pass) => pass.intent?.digest === receipt.intentDigest)?.intent?.value
  const targets = receipt.targets ?? intent?.effects ?? receipt.effects.map((effect) => ({ effect, target: {} }))
  return [{ instance, receipt, targets }]
}

function receiptsOf({ instance, receipt, targets }: Received, undone: boolean): EffectReceipt[] {
  const { status, at, approved = false } = receipt
  const unverified = receipt.readBack === null ? ({ unverified: true } as const) : {}
  const common = { step: instance, status, at, approved, undone, ...unverified }
  return targets.map(({ effect, target }) => ({ ...common, effect, target }))
}
