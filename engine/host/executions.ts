import { jsonBytes, jsonDigest } from '../../evidence/digest.ts'
import { claimedName, continuedName, parseClaimed, parseContinued } from '../../evidence/continued.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { ClaimedRecord, ContinuedRecord, StartRecord } from '../../schemas/evidence.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { ContinueRequest, ContinueResult, EvidenceRefs, KeepRequest } from '../../schemas/run.ts'
import { isInPieces } from '../core/pieces.ts'
import type { KeepPieceRequest, RecallPartRequest } from '../core/pieces.ts'
import { lighten, oneOf, partOf } from '../core/snapshot.ts'
import { admittedHere, admittedPlan } from './admission.ts'
import type { Execution } from './admission.ts'
import { readStart } from './door/records.ts'
import type { Host } from './host.ts'
import { keepPiece, readPiece, togetherAgain } from './pieces.ts'

/** Who can say which execution Temporal itself began when another one ended by continuing as new. */
export type Successor = (execution: Execution) => Promise<string | undefined>

/** What one answer of an activity may weigh: Temporal takes 2 MB at most. */
const MOST_AT_ONCE = 1_200_000

/** A single step may weigh more. */
const MOST_ALONE = 1_900_000

/**
 * Keeps what an execution hands over, as its last act. Only an execution that may carry the run can do so, and each number is
 * given once. What is too big for one request was kept in pieces before, and is put together here.
 */
export async function keepRun(
  request: KeepRequest | KeepPieceRequest,
  execution: Execution,
  host: Host,
): Promise<EvidenceRefs> {
  const admitted = await admittedPlan(request.admission, execution, host)
  if ('foreign' in admitted) throw new Error(admitted.foreign)
  const { runId } = admitted.admission
  if ('piece' in request) return keepPiece(host.store, runId, request.piece)
  const { number } = request
  const { entries, values } = await wholeOf(request, host.store, runId)
  const record: ContinuedRecord = { runId, number, from: execution.temporalRunId, entries, values }
  await host.store.putOnce(runId, continuedName(number), jsonBytes(record))
  return { [continuedName(number)]: jsonDigest(record) }
}

/**
 * Lets an execution go on with a run (G25): the one before it has kept what it hands over, and Temporal's own record of its end
 * names this one. An admission so stays good for one chain of executions, and its newest alone may act.
 */
export async function continueRun(
  { admission: signed, number }: ContinueRequest,
  execution: Execution,
  by: { readonly host: Host; readonly successor: Successor },
): Promise<ContinueResult> {
  const { store } = by.host
  const admitted = await admittedHere(signed, execution, by.host)
  if ('foreign' in admitted) return refused(admitted.foreign)
  const { runId } = admitted.admission
  const before = await readClaimed(store, runId, number)
  if (before !== undefined) return before.temporalRunId === execution.temporalRunId ? { continued: true } : taken()
  const kept = await readContinued(store, runId, number)
  const start = await readStart(store, runId)
  const previous = number === 1 ? start : await readClaimed(store, runId, number - 1)
  const from = previous === undefined ? undefined : temporalRunOf(previous)
  if (kept === undefined || start?.admitted !== true || kept.from !== from)
    return refused('nothing was handed over to this execution')
  if ((await by.successor({ ...execution, temporalRunId: kept.from })) !== execution.temporalRunId)
    return refused('Temporal did not begin this execution as the continuation of the run')
  const { temporalRunId } = execution
  const record: ClaimedRecord = { runId, number, temporalRunId, at: new Date().toISOString() }
  await store.putOnce(runId, claimedName(number), jsonBytes(record))
  return { continued: true }
}

async function wholeOf(
  { entries, values }: KeepRequest,
  store: EvidenceStore,
  runId: string,
): Promise<Pick<KeepRequest, 'entries' | 'values'>> {
  if (!isInPieces(values)) return { entries, values }
  return (await togetherAgain(store, runId, values.pieces)) as unknown as Pick<KeepRequest, 'entries' | 'values'>
}

/** What an earlier execution of the run kept for later, or the part of it that is asked for. */
export async function recallRun(request: RecallPartRequest, execution: Execution, host: Host): Promise<JsonObject> {
  const admitted = await admittedPlan(request.admission, execution, host)
  if ('foreign' in admitted) throw new Error(admitted.foreign)
  const { runId } = admitted.admission
  const { number, piece, light, at, from } = request
  if (piece !== undefined) return { piece: await readPiece(host.store, runId, piece) }
  const kept = await readContinued(host.store, runId, number)
  if (kept === undefined) throw new Error(`nothing was kept as number ${number}`)
  if (at !== undefined) return oneOf(kept.values, at)
  const isLight = light === true || jsonBytes(kept.values).length > MOST_AT_ONCE
  const values = isLight ? lighten(kept.values, number) : kept.values
  return from === undefined ? values : partOf(values, from, { most: MOST_AT_ONCE, alone: MOST_ALONE })
}

/** The execution that carries a run now: the first one, or the last to which it was handed over. */
export async function currentExecution(store: EvidenceStore, { runId, workflow }: StartRecord): Promise<string> {
  let current = workflow.temporalRunId
  for (let number = 1; ; number += 1) {
    const claimed = await readClaimed(store, runId, number)
    if (claimed === undefined) return current
    current = claimed.temporalRunId
  }
}

async function readClaimed(store: EvidenceStore, runId: string, number: number): Promise<ClaimedRecord | undefined> {
  const bytes = await store.read(runId, claimedName(number))
  return bytes === undefined ? undefined : parseClaimed(bytes)
}

async function readContinued(
  store: EvidenceStore,
  runId: string,
  number: number,
): Promise<ContinuedRecord | undefined> {
  const bytes = await store.read(runId, continuedName(number))
  return bytes === undefined ? undefined : parseContinued(bytes)
}

function temporalRunOf(record: StartRecord | ClaimedRecord): string {
  return 'workflow' in record ? record.workflow.temporalRunId : record.temporalRunId
}

function taken(): ContinueResult {
  return refused('another execution has gone on with this run')
}

function refused(why: string): ContinueResult {
  return { continued: false, why }
}
