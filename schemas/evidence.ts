import { z } from 'zod'
import type { FactRecord } from './fact.ts'
import type { Json, JsonObject } from './json.ts'
import type { ClaimRequest, Denial, Verdict } from './run.ts'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const name = z.string().min(1).max(200)

/** A schema that checks the fields that are relied upon, and keeps all others, so that digests stay what they were. */
export const record = <T>(shape: z.ZodRawShape) => z.looseObject(shape) as unknown as z.ZodType<T>

/** Where a run lives in Temporal. */
export interface WorkflowRef {
  readonly namespace: string
  readonly workflowId: string
  readonly temporalRunId: string
}

/** `started.json`: the first record of a run. Nothing is sealed for a run that has none. */
export interface StartRecord {
  readonly runId: string
  readonly workflow: WorkflowRef
  /** Over the canonical JSON of the whole signed admission. */
  readonly admissionDigest: string
  readonly planDigest: string
  readonly catalogueDigest: string
  /** The admission's outcome, once and for all: a refusal is a run too (G29). */
  readonly admitted: boolean
  readonly denial?: Denial
  readonly at: string
}

const workflowSchema = z.object({ namespace: name, workflowId: z.string().min(1), temporalRunId: name })

export const startRecordSchema = record<StartRecord>({
  runId: name,
  workflow: workflowSchema,
  admissionDigest: digest,
  planDigest: digest,
  catalogueDigest: digest,
  admitted: z.boolean(),
  at: z.string(),
})

/** `continued-<n>.json`: what an execution handed over when the run went on in another one. */
export interface ContinuedRecord {
  readonly runId: string
  readonly number: number
  /** Temporal's run id of the execution that ended so. */
  readonly from: string
  readonly entries: readonly Json[]
  readonly values: JsonObject
}

export const continuedRecordSchema = record<ContinuedRecord>({
  runId: name,
  number: z.int().min(1),
  from: name,
  entries: z.array(z.unknown()),
  values: z.looseObject({}),
})

/** `claimed-<n>.json`: which execution took the run over. From then on, only that one may act for it. */
export interface ClaimedRecord {
  readonly runId: string
  readonly number: number
  readonly temporalRunId: string
  readonly at: string
}

export const claimedRecordSchema = record<ClaimedRecord>({
  runId: name,
  number: z.int().min(1),
  temporalRunId: name,
  at: z.string(),
})

/** One pass of the door: `activity` is the activity id, which carries the round (`rollback`, `rollback#2`). */
interface Pass {
  readonly runId: string
  readonly step: string
  readonly activity: string
  readonly attempt: number
  readonly at: string
}

const pass = { runId: name, step: name, activity: name, attempt: z.int().min(1), at: z.string() }

/** What is about to be done, and on what grounds (G5). No intent, no effect. */
export interface Intent extends Pass {
  readonly planDigest: string
  readonly action: string
  readonly contractDigest: string
  readonly effects: readonly { readonly effect: string; readonly target: JsonObject }[]
  readonly input: JsonObject
  readonly idempotencyKey: string
  readonly facts: readonly FactRecord[]
  readonly verdicts: readonly Verdict[]
  /** The value of the premise that the conditional write expects (G7). */
  readonly expected?: Json
}

export const intentSchema = record<Intent>({
  ...pass,
  planDigest: digest,
  action: name,
  contractDigest: digest,
  effects: z.array(z.looseObject({ effect: name, target: z.looseObject({}) })),
  input: z.looseObject({}),
  idempotencyKey: name,
  facts: z.array(z.looseObject({ fact: name })),
  verdicts: z.array(z.looseObject({ rule: name, says: z.enum(['true', 'false', 'unknown']) })),
})

/** What was done, and what the authority said when it was read back. */
export interface Receipt extends Pass {
  readonly status: 'done' | 'already-done'
  /** Names of the effects that happened: the run's own authority on what it did (G15). */
  readonly effects: readonly string[]
  readonly output: JsonObject
  readonly readBack: Json
  /** Digest of the intent's file that this closes; for `already-done` that of an earlier attempt. */
  readonly intentDigest: string
  /** The effects with their targets, as the intent had them. Records without it have it in their intent. */
  readonly targets?: readonly { readonly effect: string; readonly target: JsonObject }[]
  /** Somebody was asked, and has approved, before the step could be reached. */
  readonly approved?: boolean
}

export const receiptSchema = record<Receipt>({
  ...pass,
  status: z.enum(['done', 'already-done']),
  effects: z.array(name),
  output: z.looseObject({}),
  readBack: z.unknown(),
  intentDigest: digest,
})

/** Why the door let nothing through in this pass. */
export interface DenialRecord extends Pass {
  readonly input: JsonObject
  readonly denial: Denial
  readonly facts: readonly FactRecord[]
}

export const denialRecordSchema = record<DenialRecord>({
  ...pass,
  input: z.looseObject({}),
  denial: z.looseObject({ by: z.string(), message: z.string() }),
  facts: z.array(z.looseObject({ fact: name })),
})

/** What was claimed, as the worker judged it: said, or denied. */
export interface ClaimRecord {
  readonly runId: string
  readonly activity: string
  readonly outcome: string
  readonly claims: ClaimRequest['claims']
  readonly facts: readonly FactRecord[]
  /** Present where the claim was said. */
  readonly verdicts?: readonly Verdict[]
  readonly denial?: Denial
  readonly at: string
}

export const claimRecordSchema = record<ClaimRecord>({
  runId: name,
  activity: name,
  outcome: name,
  claims: z.array(z.looseObject({ effect: name })),
  denial: z.looseObject({ message: z.string() }).optional(),
  at: z.string(),
})

/** What became of the intent of this pass (`activity`, `attempt`), as a later one, or this one after an error, found out (G1). */
export interface Settled extends Pass {
  readonly state: 'done' | 'not-done' | 'unknown'
  readonly detail?: string
  readonly intentDigest: string
}

export const settledSchema = record<Settled>({
  ...pass,
  state: z.enum(['done', 'not-done', 'unknown']),
  intentDigest: digest,
})

/** A run's history as the sealing needs it; whoever fetches it decodes it, and ends it before the sealing's own events. */
export interface HistoryFacts {
  readonly workflow: WorkflowRef
  readonly lastEventId: number
  readonly activities: readonly HistoryActivity[]
  readonly updates: readonly HistoryUpdate[]
  /** All events, decoded: what a reader of the bundle sees. */
  readonly raw: Json
}

export interface HistoryActivity {
  readonly activityId: string
  readonly type: string
  readonly scheduledEventId: number
  /** Absent where the activity failed, timed out or was cancelled. */
  readonly completedEventId?: number
  readonly attempt: number
  readonly result?: Json
}

export interface HistoryUpdate {
  readonly updateId: string
  readonly name: string
  readonly acceptedEventId: number
  readonly args: readonly Json[]
}

/** `temporal/activities.json`: the history without its raw events; the results of readings stand in `facts/`. */
export type HistoryIndex = Omit<HistoryFacts, 'raw'>

const eventId = z.int().min(1)
export const historyIndexSchema = record<HistoryIndex>({
  workflow: workflowSchema,
  lastEventId: eventId,
  activities: z.array(
    z.looseObject({ activityId: name, type: name, scheduledEventId: eventId, attempt: z.int().min(1) }),
  ),
  updates: z.array(z.looseObject({ name, args: z.array(z.unknown()) })),
})
