import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Admission, EffectReceipt, Grounds } from '../../../schemas/run.ts'
import type { RunSoFar } from '../../core/rules.ts'
import type { Host } from '../host.ts'
import { requestersOf, standingVotes } from '../votes.ts'
import type { Ledger } from './ledger.ts'
import type { DoneStep } from './records.ts'
import { runSoFar } from './run-so-far.ts'
import type { SaidEnd } from './said-outcomes.ts'

/** What a request rests on, with what the door itself knows of the run. */
export interface Claimed {
  readonly host: Host
  readonly run: RunSoFar & {
    readonly inputs: JsonObject
    /** All receipts of the run, oldest first. */
    readonly effects: readonly EffectReceipt[]
  }
  /** What has receipts, by instance. */
  readonly done: ReadonlyMap<string, DoneStep>
  /** What was brought before the door and left a record there, whatever came of it, by instance. */
  readonly tried: Pick<ReadonlySet<string>, 'has'>
  /** The outcome that each call has come to, by instance, as far as its claims were said. */
  readonly called: ReadonlyMap<string, SaidEnd>
  /** Votes among them are those against which no record speaks. */
  readonly grounds: Grounds
  /** Everyone who asked for the run, also by a start that was merged into it. */
  readonly requesters: readonly string[]
  readonly planDigest: string
}

/** Puts together what a request rests on. */
export function claimedOf(
  host: Host,
  from: {
    readonly admission: Admission
    readonly plan: Plan
    readonly ledger: Ledger
    readonly grounds: Grounds
  },
): Claimed {
  const { admission, plan, ledger, grounds } = from
  const { passes, done, called, effects, ballot } = ledger
  const run = { ...runSoFar(admission, [plan], effects), effects, inputs: admission.inputs }
  return {
    host,
    run,
    done,
    tried: passes,
    called,
    grounds: { ...grounds, votes: standingVotes(ballot, grounds.votes, plan) },
    requesters: requestersOf([admission.trigger, ...ballot.triggers]),
    planDigest: admission.planDigest,
  }
}
