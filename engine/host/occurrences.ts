import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { STARTED } from '../../evidence/start.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import { modeOf } from '../core/mode.ts'
import type { Json } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { SignedAdmission } from '../../schemas/run.ts'
import { workflowIdOf } from './run-id.ts'
import { recallBegun, rememberBegun } from './occurrence-memory.ts'
import type { Begun } from './occurrence-memory.ts'
import { coolUntil } from './occurrences-cool-down.ts'
import type { Cooling } from './occurrences-cool-down.ts'
import { OperatorError } from './operator-error.ts'
import { admit, begin } from './start-run.ts'
import type { Admitting, Start } from './start-run.ts'
import { takenAs } from './taken.ts'

/**
 * Each occurrence of an alert, or of a schedule, is carried out at most once by a runbook (G37):
 *
 * I1  Whoever claims the occurrence in the evidence store fixes its admission; every further attempt begins that same one.
 * I2  That Temporal has taken it is remembered afterwards, durably, also where it was merged into a live run.
 * I3  Between the two, a process may have died: the evidence and Temporal are asked, before the same admission is begun again.
 * I4  Should two begin it at once, both meet in one workflow; an admission can be used by one execution only.
 */

/** What happens once: one firing of one alert, or one item at one time of a schedule, for one runbook. */
export interface Occurrence {
  readonly key: string
  /** After the end of a run of the same workflow, none is started for so long. */
  readonly coolDownMs?: number
}

/** What became of an occurrence. */
export type Handled =
  | {
      readonly result: 'started' | 'merged' | 'already-handled'
      readonly runId: string
      /** The run that only observed, and was ended for this one (G39). */
      readonly inPlaceOf?: string
    }
  | { readonly result: 'cooling-down'; readonly until: string }

/** What an occurrence is handled with. */
export interface Handling {
  readonly client: Client
  readonly store: EvidenceStore
  readonly admitting: Admitting
}

/** The key of one firing of one alert, for one runbook. */
export function alertKey(alert: { fingerprint: string; startsAt: string }, runbook: string): string {
  return [alert.fingerprint, alert.startsAt, runbook].join('|')
}

/** Starts the run of an occurrence, or merges it into the live run of the same key, unless that was done before. */
export async function handleOnce(occurrence: Occurrence, start: Start, handling: Handling): Promise<Handled> {
  const { key } = occurrence
  const known = await recallBegun(handling.store, key)
  if (known !== undefined) return { result: 'already-handled', runId: known.runId }
  const until = await coolUntil(coolingOf(occurrence, start), handling)
  if (until !== undefined) return { result: 'cooling-down', until }
  const { mine, claim } = await claimFor(key, start, handling)
  const before = mine ? undefined : await begunByOther(key, claim, handling)
  if (before !== undefined) return { result: 'already-handled', runId: before.runId }
  const { runId, merged, inPlaceOf } = await begin(handling.client, await planOf(claim, handling), claim.admission)
  await rememberBegun(handling.store, key, { runId, merged })
  return { result: merged ? 'merged' : 'started', runId, ...(inPlaceOf === undefined ? {} : { inPlaceOf }) }
}

function coolingOf({ coolDownMs }: Occurrence, { plan, inputs, trigger }: Start): Cooling {
  const workflowId = workflowIdOf(plan, inputs)
  return { workflowId, observes: modeOf(trigger) === 'observe', ...(coolDownMs === undefined ? {} : { coolDownMs }) }
}

/** Who handles the occurrence, and with which admission. */
interface Claim {
  readonly runId: string
  readonly workflowId: string
  readonly admission: SignedAdmission
}

async function claimFor(
  key: string,
  start: Start,
  { store, admitting }: Handling,
): Promise<{ mine: boolean; claim: Claim }> {
  const admission = await admit(start, admitting)
  const { runId, workflowId } = admission.admission
  const claim: Claim = { runId, workflowId, admission }
  const { created, record } = await store.claimOccurrence(key, claim as unknown as Json)
  return { mine: created, claim: record as unknown as Claim }
}

/** The Plan that was admitted: the catalogue may have moved since the claim. */
async function planOf({ admission }: Claim, { admitting }: Handling): Promise<Plan> {
  const { planDigest, runId } = admission.admission
  const plan = await admitting.plans.find(planDigest)
  if (plan !== undefined) return plan
  throw new OperatorError(
    'RP0401',
    `the Plan ${planDigest}, which was admitted for ${runId}, is not kept any more`,
    'start the runbook by hand with `runproof run`',
  )
}

/** How long another process has, after its claim, to say that it has begun, before it is taken for dead. */
const CLAIM_PATIENCE_MS = 2_000

async function begunByOther(key: string, claim: Claim, handling: Handling): Promise<Begun | undefined> {
  const until = Math.min(Date.parse(claim.admission.admission.admittedAt), Date.now()) + CLAIM_PATIENCE_MS
  do {
    const begun = await recallBegun(handling.store, key)
    if (begun !== undefined) return begun
    await wait(50)
  } while (Date.now() < until)
  return foundBegun(key, claim, handling)
}

/** The claimant died, or is slow: what it began is found where beginning leaves its traces. */
async function foundBegun(key: string, claim: Claim, { client, store }: Handling): Promise<Begun | undefined> {
  const carrier = (await isRecorded(claim.runId, store)) ? claim.runId : await takenAs(client, claim)
  if (carrier === undefined) return undefined
  const begun = { runId: carrier, merged: carrier !== claim.runId }
  await rememberBegun(store, key, begun)
  return begun
}

async function isRecorded(runId: string, store: EvidenceStore): Promise<boolean> {
  if ((await store.read(runId, STARTED)) !== undefined) return true
  return (await store.bundles()).includes(runId)
}
