import { CancellationScope, isCancellation, patched } from '@temporalio/workflow'
import type { Denial, Grounds, SignedAdmission } from '../../schemas/run.ts'
import { MOST_IN_A_REQUEST, bytesOf, cut, textOfGrounds, weightOf } from '../core/pieces.ts'
import type { GroundsInPieces } from '../core/pieces.ts'
import { keepPiece } from './pieces.ts'
import { TaskRoom } from './task-room.ts'

interface Request {
  readonly admission: SignedAdmission
  readonly grounds?: Grounds
}

interface Way<Q, R> {
  /** Names the activity, and with it those that keep pieces for it. */
  readonly activity: string
  readonly send: (request: Q) => Promise<R>
  /** The answer where it cannot be sent. */
  readonly refused: (denial: Denial) => R
}

/**
 * Brings requests to activities within what Temporal takes: one that is too big has its grounds kept in the evidence store, in
 * pieces, and names them; where that is not enough it is denied, so that the run stops in order. What is small goes as it is, at once.
 */
export class Carrier {
  readonly #room = new TaskRoom()
  /** By the piece: what many effects rest on is kept once. */
  readonly #pieces = new Map<string, Promise<string | undefined>>()

  /** No `async` here: what is small is sent in the same moment, as ever. */
  carry<Q extends Request, R>(request: Q, way: Way<Q, R>): Promise<R> {
    const bytes = weightOf(request)
    if (bytes > MOST_IN_A_REQUEST) return this.#inPieces(request, way, bytes)
    return this.#room.takes(bytes) ? way.send(request) : this.#inTurn(request, way, bytes)
  }

  async #inTurn<Q, R>(request: Q, { send }: Way<Q, R>, bytes: number): Promise<R> {
    await this.#room.taken(bytes)
    return send(request)
  }

  async #inPieces<Q extends Request, R>(request: Q, way: Way<Q, R>, bytes: number): Promise<R> {
    const { admission, grounds } = request
    const bare = weightOf({ ...request, grounds: nothing })
    if (grounds === undefined || bare > MOST_IN_A_REQUEST)
      return way.refused(tooLarge(grounds === undefined ? bytes : bare))
    const text = textOfGrounds(grounds)
    const fits = cut(text).every((piece) => weightOf({ admission, piece }) + AROUND_A_PIECE <= MOST_IN_A_REQUEST)
    const pieces = fits ? await this.#kept(admission, way.activity, text) : undefined
    if (pieces === undefined) return way.refused(notInPieces(bytes))
    const named: GroundsInPieces = { ...nothing, pieces }
    const lighter = { ...request, grounds: named }
    const weight = weightOf(lighter)
    return weight > MOST_IN_A_REQUEST ? way.refused(tooLarge(weight)) : this.#inTurn(lighter, way, weight)
  }

  async #kept(admission: SignedAdmission, activity: string, text: string): Promise<string[] | undefined> {
    const digests: string[] = []
    for (const [at, piece] of cut(text).entries()) {
      const digest = await this.#keptOnce(piece, { admission, activityId: `${activity}.grounds.${at + 1}` })
      if (digest === undefined) return undefined
      digests.push(digest)
    }
    return digests
  }

  async #keptOnce(
    piece: string,
    { admission, activityId }: { admission: SignedAdmission; activityId: string },
  ): Promise<string | undefined> {
    const keep = async () => {
      await this.#room.taken(weightAsSent(admission, piece))
      return keepPiece(admission, activityId, piece)
    }
    const kept = this.#pieces.get(piece) ?? keep()
    this.#pieces.set(piece, kept)
    try {
      return await kept
    } catch (error) {
      if (this.#pieces.get(piece) === kept) this.#pieces.delete(piece)
      // It was cancelled for whoever asked first: who takes back what was done keeps it for itself.
      const isOthers = isCancellation(error) && !CancellationScope.current().consideredCancelled
      if (isOthers) return this.#keptOnce(piece, { admission, activityId })
      throw error
    }
  }
}

/** What else the request for keeping a piece says. */
const AROUND_A_PIECE = 1_000

/** Executions that were under way before pieces were weighed as they are sent are replayed as they were. */
const AS_SENT = 'pieces-are-weighed-as-sent'

/** A text has its quotes escaped where it is sent. */
function weightAsSent(admission: SignedAdmission, piece: string): number {
  return patched(AS_SENT) ? weightOf({ admission, piece }) : bytesOf(piece)
}

const nothing: Grounds = { facts: {}, decisions: {}, votes: [] }

/** Why a request of so many bytes is not made. */
export function tooMuch(bytes: number): string {
  return `its inputs are too large: the request has ${megabytes(bytes)} MB without what it rests on, and Temporal takes 2 MB at most`
}

function tooLarge(bytes: number): Denial {
  return denialBy(
    tooMuch(bytes),
    'let the runbook name smaller facts in its `with`, or only the fields that are needed',
  )
}

function notInPieces(bytes: number): Denial {
  return denialBy(
    `it rests on too much: the request has ${megabytes(bytes)} MB, Temporal takes 2 MB at most, and the worker cannot keep it in pieces`,
    'let all workers be of the same version, or let the runbook decide on smaller readings',
  )
}

function denialBy(message: string, next: string): Denial {
  return { by: 'evidence', unknown: false, message, verdicts: [], next }
}

function megabytes(bytes: number): string {
  return (Math.ceil(bytes / 100_000) / 10).toFixed(1)
}
