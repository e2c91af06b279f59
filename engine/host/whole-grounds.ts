import { jsonBytes } from '../../evidence/digest.ts'
import { EvidenceUnavailable } from '../../evidence/errors.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Grounds, SignedAdmission } from '../../schemas/run.ts'
import { areInPieces, cut, textOfGrounds } from '../core/pieces.ts'
import type { GroundsInPieces } from '../core/pieces.ts'
import type { Completed } from '../core/run.ts'
import { freeze, thaw } from '../core/snapshot.ts'
import { admittedHere } from './admission.ts'
import type { Execution } from './admission.ts'
import type { Host } from './host.ts'
import { keepPiece, togetherAgain } from './pieces.ts'

/** Temporal takes 2 MB at most as the answer of an activity. */
const MOST_IN_AN_ANSWER = 1_200_000

/**
 * The request with its grounds put together, where they were too big to travel with it. What cannot be put together is nothing to
 * rest on: the door settles first what an earlier attempt did, and then denies. Throws only while the evidence store is away.
 */
export async function withWholeGrounds<R extends { readonly admission: SignedAdmission; readonly grounds?: Grounds }>(
  request: R,
  execution: Execution,
  host: Host,
): Promise<R> {
  const { admission, grounds } = request
  if (grounds === undefined || !areInPieces(grounds)) return request
  const admitted = await admittedHere(admission, execution, host)
  // Whose it is, is said by whoever was asked.
  if ('foreign' in admitted) return request
  return { ...request, grounds: await together(grounds, admitted.admission.runId, host) }
}

async function together(
  { pieces, ...nothing }: GroundsInPieces,
  runId: string,
  { store, log }: Pick<Host, 'store' | 'log'>,
): Promise<Grounds> {
  try {
    return (await togetherAgain(store, runId, pieces)) as unknown as Grounds
  } catch (error) {
    if (error instanceof EvidenceUnavailable) throw error
    const problem = error instanceof Error ? error.message : 'the pieces do not fit'
    log.warn({ run: runId, problem }, 'what a request rests on cannot be put together')
    return nothing
  }
}

/** Completed steps as they are handed back to a run: where they are too big for one answer, their grounds stay here, in pieces. */
export async function withGroundsNamed(values: JsonObject, runId: string, store: EvidenceStore): Promise<JsonObject> {
  if (jsonBytes(values).length <= MOST_IN_AN_ANSWER) return values
  const steps: Completed[] = []
  for (const step of thaw(values)) steps.push(await named(step, runId, store))
  return freeze(steps)
}

async function named(step: Completed, runId: string, store: EvidenceStore): Promise<Completed> {
  const { undo } = step
  if (undo === undefined || 'unknown' in undo || areInPieces(undo.grounds)) return step
  const pieces: string[] = []
  for (const piece of cut(textOfGrounds(undo.grounds)))
    pieces.push(...Object.values(await keepPiece(store, runId, piece)))
  const grounds: GroundsInPieces = { facts: {}, decisions: {}, votes: [], pieces }
  return { ...step, undo: { ...undo, grounds } }
}
