import {
  ActivityCancellationType,
  ApplicationFailure,
  isCancellation,
  scheduleActivity,
  sleep,
  TemporalFailure,
} from '@temporalio/workflow'
import type { ActivityOptions } from '@temporalio/workflow'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type {
  AdmissionResult,
  AdmitRequest,
  AttestedFact,
  CheckedVote,
  ClaimRequest,
  ClaimResult,
  ContinueRequest,
  ContinueResult,
  EffectRequest,
  EffectResult,
  KeepRequest,
  OptionsRequest,
  OptionsVerdict,
  QuestionRequest,
  ReadRequest,
  ReleaseRequest,
  SealRequest,
  SealResult,
  TellRequest,
  TriggerCheck,
  VoteCheck,
  WatchRequest,
  WatchVerdict,
} from '../../schemas/run.ts'
import type { RecallPartRequest, SealInPieces } from '../core/pieces.ts'
import { wellFormed } from '../core/well-formed.ts'
import { contractOf, queueOf } from './contracts.ts'
import { locally } from './local-activities.ts'

/** A worker that dies is noticed within this time, and the activity is tried again elsewhere. */
const HEARTBEAT_MS = 6_000

/** A long history keeps the sealing process busy for a moment, in which it says nothing. */
const SEALING_HEARTBEAT_MS = 10_000

/** Time that the door may need beside the effect and three times `unknownFor`: for leases, to settle, to judge, to read back. */
const DOOR_MS = 120_000

const patient = { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 }

/** Takes one reading; the worker may die as often as it likes. */
export async function read(
  plan: Plan,
  request: ReadRequest,
  { action, activity }: { action: string; activity: string },
): Promise<AttestedFact> {
  const timeout = (contractOf(plan, action)?.timeoutMs ?? 30_000) + 5_000
  return schedule(action, request, {
    activityId: activity,
    startToCloseTimeout: timeout,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: `read ${request.fact}`,
  })
}

/** One action through the door. Attempts are unlimited, because each settles first what an earlier one left (G1). */
export async function perform(
  plan: Plan,
  request: EffectRequest,
  { action, activity }: { action: string; activity: string },
): Promise<EffectResult> {
  const timeout = (contractOf(plan, action)?.timeoutMs ?? 30_000) + 3 * plan.unknownForMs + DOOR_MS
  return schedule(action, request, {
    activityId: activity,
    startToCloseTimeout: timeout,
    heartbeatTimeout: HEARTBEAT_MS,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: `${request.step}: through the door`,
    ...queueOf(plan, action),
  })
}

export async function claim(plan: Plan, request: ClaimRequest, activity: string): Promise<ClaimResult> {
  const startToCloseTimeout = plan.unknownForMs + DOOR_MS
  return schedule(NAMES.claim, request, {
    activityId: activity,
    startToCloseTimeout,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: `claim ${request.outcome}`,
  })
}

/** Judges what the options of a question ask people for (G22). */
export async function options(plan: Plan, request: OptionsRequest): Promise<OptionsVerdict> {
  return schedule(NAMES.options, request, {
    activityId: `${request.step}?`,
    startToCloseTimeout: plan.unknownForMs + DOOR_MS,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: `judge the options of ${request.step}`,
  })
}

/** Looks at the rules of the interval that the run is in, while it waits. */
export async function watch(plan: Plan, request: WatchRequest, activity: string): Promise<WatchVerdict> {
  return schedule(NAMES.watch, request, {
    activityId: activity,
    startToCloseTimeout: plan.unknownForMs + DOOR_MS,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: `${request.step}: does it still hold?`,
  })
}

/** Keeps what this execution entered and did, before another one goes on; for as long as it takes. */
export async function keep(request: KeepRequest): Promise<void> {
  await schedule(NAMES.keep, request, {
    activityId: `keep.${request.number}`,
    startToCloseTimeout: 60_000,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: 'keep what was done, and go on in another execution',
  })
}

/** Takes the run over from the execution before: only the one that Temporal names may. */
export async function takeOver(request: ContinueRequest): Promise<ContinueResult> {
  return schedule(NAMES.continue, request, {
    activityId: `continue.${request.number}`,
    startToCloseTimeout: 60_000,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: 'go on from an earlier execution',
  })
}

/** What an earlier execution has kept, or the part of it that is asked for as the `time`th. */
export async function recall(request: RecallPartRequest, time = 1): Promise<JsonObject> {
  return schedule(NAMES.recall, request, {
    activityId: `recall.${request.number}${time === 1 ? '' : `#${time}`}`,
    startToCloseTimeout: 60_000,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: 'look up what an earlier execution has done',
  })
}

/** Gives the leases of the run back; they end by themselves where nobody can. */
export async function release(request: ReleaseRequest): Promise<void> {
  const retry = { ...patient, maximumAttempts: 5 }
  await schedule(NAMES.release, request, {
    activityId: 'release',
    startToCloseTimeout: 10_000,
    retry,
    summary: 'give the leases back',
  }).catch(() => undefined)
}

/** Checks the admission. While the evidence store cannot take `run.started`, the run waits here only for a moment. */
export async function admit(request: AdmitRequest): Promise<AdmissionResult> {
  return schedule(NAMES.admit, request, {
    activityId: 'admission',
    startToCloseTimeout: 2 * request.plan.unknownForMs + DOOR_MS,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: 'check the admission',
  })
}

/** Writes `run.started`, for as long as it takes: no bundle without it. */
export async function recordStart(request: AdmitRequest): Promise<void> {
  return schedule(NAMES.recordStart, request, {
    activityId: 'record-start',
    startToCloseTimeout: 30_000,
    heartbeatTimeout: HEARTBEAT_MS,
    summary: 'record the start',
  })
}

export async function tell(request: TellRequest): Promise<{ delivered: boolean; detail?: string }> {
  const retry = { ...patient, maximumAttempts: 5 }
  return schedule(NAMES.tell, request, {
    activityId: request.activity,
    startToCloseTimeout: 30_000,
    heartbeatTimeout: HEARTBEAT_MS,
    retry,
    summary: `tell ${request.roles.join(', ')}`,
  })
}

/** Seals on its own queue, by its own process; retried until the evidence store takes it (G27). */
export async function seal(request: SealRequest | SealInPieces): Promise<SealResult> {
  return schedule(NAMES.seal, request, {
    activityId: 'seal',
    taskQueue: QUEUES.sealing,
    startToCloseTimeout: 300_000,
    heartbeatTimeout: SEALING_HEARTBEAT_MS,
    summary: 'seal the evidence',
  })
}

/** Records a question before anybody can answer it; answers with its digest. */
export async function recordQuestion(request: QuestionRequest): Promise<string> {
  return patiently(NAMES.ask, request)
}

/** `sha256:…` of a value: the sandbox has no hashes. */
export async function digest(value: Json): Promise<string> {
  return patiently(NAMES.digest, value)
}

/** A local activity that is tried for as long as it takes. Between its tries others have their turn: votes on another question wait for none. */
async function patiently<R>(type: string, argument: unknown): Promise<R> {
  for (;;) {
    try {
      return await locally<R>(type, argument, {
        startToCloseTimeout: 10_000,
        retry: { ...patient, maximumAttempts: 2 },
      })
    } catch (error) {
      if (!(error instanceof TemporalFailure) || isCancellation(error) || isFinal(error)) throw error
    }
    await sleep(TRIED_AGAIN_MS, { summary: 'try again' })
  }
}

const TRIED_AGAIN_MS = 5_000

function isFinal(error: TemporalFailure): boolean {
  return error instanceof ApplicationFailure && error.nonRetryable === true
}

/** Five attempts end it: the SDK forgets a `scheduleToCloseTimeout` that is over between two of them. */
const bounded = {
  startToCloseTimeout: 10_000,
  retry: { initialInterval: 1_000, backoffCoefficient: 2, maximumAttempts: 5 },
}

/** Records a further start; rejects where nobody can. */
export async function checkTrigger(check: TriggerCheck): Promise<boolean> {
  return locally(NAMES.checkTrigger, check, bounded)
}

/** Looks whether a vote counts, and records it; rejects where nobody can, after 65 seconds at the latest. */
export async function checkVote(check: VoteCheck): Promise<CheckedVote> {
  return locally(NAMES.checkVote, check, bounded)
}

/** Whoever reaches Temporal can complete an activity by hand, with anything (G25): what nobody could record is not taken as it is. */
async function schedule<R>(type: string, argument: unknown, options: ActivityOptions): Promise<R> {
  return wellFormed(await scheduleActivity<R>(type, [argument], { retry: patient, ...options }))
}
