import { createHash } from 'node:crypto'
import { activityInfo } from '@temporalio/activity'
import { canonical } from '../../schemas/canonical.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type {
  AdmissionResult,
  AdmitRequest,
  AttestedFact,
  ClaimRequest,
  ClaimResult,
  ContinueRequest,
  ContinueResult,
  EffectRequest,
  EffectResult,
  KeepRequest,
  OptionsRequest,
  QuestionRequest,
  ReadRequest,
  SealResult,
  SignedAdmission,
  VoteCheck,
  VoteVerdict,
  WatchRequest,
  WatchVerdict,
} from '../../schemas/run.ts'
import { denial, done } from '../core/recorded.ts'
import { CONSTRUCTS } from './constructs.ts'
import type { Construct } from './constructs.ts'

let known: Readonly<Record<string, Construct>> = {}

type Requested = { readonly admission: SignedAdmission }

/** Activities by their names on the wire. */
export type Activities = Readonly<Record<string, (argument: never) => Promise<unknown>>>

/** Activities that answer as the construct's script says; the run's id is the construct's name. */
export function activities(constructs = CONSTRUCTS): Activities {
  known = { ...known, ...constructs }
  const plans = Object.values(constructs).flatMap(({ plan }) => Object.values(plan.contracts))
  const ofContracts = plans.map(({ kind, name }) => [name, kind === 'reading' ? read : perform] as const)
  return {
    ...Object.fromEntries(ofContracts),
    [NAMES.admit]: admit,
    [NAMES.recordStart]: async () => undefined,
    [NAMES.claim]: claim,
    [NAMES.tell]: async () => ({ delivered: true }),
    [NAMES.checkVote]: async (check: VoteCheck): Promise<VoteVerdict> =>
      (await meanwhile.check(check.admission.admission.runId, check)) ?? { counted: true },
    [NAMES.checkTrigger]: async () => {
      throw new Error('the evidence store cannot be used')
    },
    [NAMES.ask]: async ({ question }: QuestionRequest) => {
      await meanwhile.ask(question.step)
      return digestOf(question as unknown as Json)
    },
    [NAMES.options]: async ({ options }: OptionsRequest) => ({ allowed: options.map(({ name }) => name), denied: {} }),
    [NAMES.watch]: watch,
    [NAMES.keep]: async ({ admission, number, values }: KeepRequest) => {
      await meanwhile.keep(admission.admission.runId)
      kept.set(`${admission.admission.runId} ${number}`, values)
    },
    [NAMES.continue]: async (): Promise<ContinueResult> => ({ continued: true }),
    [NAMES.recall]: async ({ admission, number }: ContinueRequest) => {
      recalled.push(number)
      return kept.get(`${admission.admission.runId} ${number}`)
    },
    [NAMES.release]: async () => undefined,
    [NAMES.digest]: async (value: Json) => digestOf(value),
  }
}

const kept = new Map<string, JsonObject>()

/** What a test lets happen while a run moves, and while a vote is checked. */
export const meanwhile = {
  keep: async (_run: string): Promise<void> => undefined,
  ask: async (_step: string): Promise<void> => undefined,
  check: async (_run: string, _check: VoteCheck): Promise<VoteVerdict | undefined> => undefined,
}

/** Numbers of executions of which somebody has asked what they had done. */
export const recalled: number[] = []

function digestOf(value: Json): string {
  return `sha256:${createHash('sha256').update(canonical(value)).digest('hex')}`
}

/** The one activity of the sealing queue. */
export const sealing = {
  [NAMES.seal]: async (): Promise<SealResult> => ({ bundle: 'bundle', statement: 'sha256:3', gaps: [] }),
}

async function admit({ admission }: AdmitRequest): Promise<AdmissionResult> {
  const { refused } = constructOf({ admission })
  return refused === true ? { admitted: false, denial: denial('no-such-app') } : { admitted: true }
}

async function read({ admission, fact, input }: ReadRequest): Promise<AttestedFact> {
  const seen = nth(constructOf({ admission }).script.facts?.[fact])
  if (seen === undefined) throw new Error(`the script says nothing of ${fact}`)
  const record: FactRecord = {
    fact,
    action: activityInfo().activityType,
    input,
    authority: 'authoritative',
    roundTrip: true,
    source: 'test',
    readAt: '2026-01-01T00:00:00.000Z',
    ...seen,
  }
  return { record, activity: activityInfo().activityId, keyid: 'test', signature: 'test' }
}

async function perform({ admission, step }: EffectRequest): Promise<EffectResult> {
  const { activityId } = activityInfo()
  performed.push(`${admission.admission.runId} ${activityId}`)
  return nth(constructOf({ admission }).script.effects?.[step]) ?? done()
}

/** Every effect, by run and activity: nothing happens twice. */
export const performed: string[] = []

/** The effects of one run, in the order in which they happened, by activity. */
export function doneBy(run: string): string[] {
  return performed.filter((line) => line.startsWith(`${run} `)).map((line) => line.slice(run.length + 1))
}

async function watch({ admission }: WatchRequest): Promise<WatchVerdict> {
  const denied = nth(constructOf({ admission }).script.watch)
  return denied === undefined ? {} : { denial: denied }
}

async function claim({ admission, outcome }: ClaimRequest): Promise<ClaimResult> {
  const denied = constructOf({ admission }).script.claims?.[outcome]
  if (denied !== undefined) return { status: 'denied', denial: denied, facts: [], evidence: {} }
  return { status: 'said', verdicts: [], facts: [], evidence: {} }
}

function constructOf({ admission }: Requested): Construct {
  const construct = known[admission.admission.runId]
  if (construct === undefined) throw new Error(`there is no construct ${admission.admission.runId}`)
  return construct
}

/** The answer for this round, which the activity id carries (`look.owner#2`); the last one is repeated. */
function nth<T>(answers: readonly T[] | undefined): T | undefined {
  const [, round = '1'] = activityInfo().activityId.split('#')
  return answers?.[Math.min(Number(round), answers.length) - 1]
}
