import { CancellationScope, patched, scheduleActivity } from '@temporalio/workflow'
import type { JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type { EvidenceRefs, SignedAdmission } from '../../schemas/run.ts'
import { cut } from '../core/pieces.ts'
import type { KeepPieceRequest, RecallPartRequest } from '../core/pieces.ts'
import type { Completed } from '../core/run.ts'
import { thaw } from '../core/snapshot.ts'
import { wellFormed } from '../core/well-formed.ts'
import { digest as digestOf } from './activities.ts'

const OPTIONS = {
  startToCloseTimeout: 60_000,
  heartbeatTimeout: 6_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 },
} as const

/** So often a piece is asked for, where something else is answered. */
const TIMES = 3

/** Executions that were under way before pieces were held against their digests here are replayed as they were. */
const CHECKED = 'pieces-are-checked'

/**
 * Keeps a text in the evidence store, piece by piece; answers with their digests, or with nothing where a worker of another version
 * does not know of pieces. `name`: how ids of the activities begin.
 */
export async function keepPieces(
  admission: SignedAdmission,
  name: string,
  text: string,
): Promise<string[] | undefined> {
  const digests: string[] = []
  for (const [at, piece] of cut(text).entries()) {
    const digest = await keepPiece(admission, `${name}.${at + 1}`, piece)
    if (digest === undefined) return undefined
    digests.push(digest)
  }
  return digests
}

/** Keeps one piece; answers with its digest, or with nothing where a worker of another version does not know of pieces. */
export async function keepPiece(
  admission: SignedAdmission,
  activityId: string,
  piece: string,
): Promise<string | undefined> {
  const request: KeepPieceRequest = { admission, number: 0, entries: [], values: {}, piece }
  const refs = await scheduleActivity<EvidenceRefs | null | undefined>(NAMES.keep, [request], {
    ...OPTIONS,
    activityId,
    summary: 'keep a piece of what goes along',
  })
  const [[file, digest] = ['', '']] = Object.entries(refs ?? {})
  return file.startsWith('spilled-') && (await isPiece(piece, digest)) ? digest : undefined
}

/** The text that lies in these pieces. */
export async function recallPieces(
  admission: SignedAdmission,
  name: string,
  pieces: readonly string[],
): Promise<string> {
  let text = ''
  for (const [at, digest] of pieces.entries()) {
    text += await recallPiece(admission, `${name}.${at + 1}`, digest)
  }
  return text
}

/** An activity can be completed by hand, with anything (G25): what is not the piece is asked for again, and never believed. */
async function recallPiece(admission: SignedAdmission, name: string, digest: string): Promise<string> {
  const request: RecallPartRequest = { admission, number: 0, piece: digest }
  for (let time = 1; time <= TIMES; time += 1) {
    const answer = await recallPart<{ piece?: unknown } | null>(request, time === 1 ? name : `${name}#${time}`)
    const piece = answer?.piece
    if (typeof piece === 'string' && (await isPiece(piece, digest))) return piece
  }
  throw new Error(`what this run took along was answered otherwise than it was kept: it is not ${digest}`)
}

async function isPiece(piece: string, digest: string): Promise<boolean> {
  return !patched(CHECKED) || (await CancellationScope.nonCancellable(async () => digestOf(piece))) === digest
}

/**
 * The further answers to a recall that took more than one, as ids of their activities go on (`recall.1#2`); nothing where there are
 * none, as mostly: then it is over with the first, not a moment later.
 */
export function furtherParts(
  answer: JsonObject,
  ask: (part: { from: number; time: number }) => Promise<JsonObject>,
): Promise<Completed[]> | undefined {
  const from = nextOf(answer, 0)
  return from === undefined ? undefined : askFurther(from, ask)
}

async function askFurther(
  first: number,
  ask: (part: { from: number; time: number }) => Promise<JsonObject>,
): Promise<Completed[]> {
  const completed: Completed[] = []
  for (let from: number | undefined = first, time = 2; from !== undefined; time += 1) {
    const answer: JsonObject = await ask({ from, time })
    completed.push(...thaw(answer))
    from = nextOf(answer, from)
  }
  return completed
}

/** It only goes on: an answer can be given by hand. */
function nextOf({ next }: JsonObject, from: number): number | undefined {
  return typeof next === 'number' && next > from ? next : undefined
}

/** A part of what an earlier execution has kept. */
export async function recallPart<T = JsonObject>(request: RecallPartRequest, activityId: string): Promise<T> {
  return CancellationScope.nonCancellable(async () =>
    wellFormed(
      await scheduleActivity<T>(NAMES.recall, [request], {
        ...OPTIONS,
        activityId,
        summary: 'look up what an earlier execution has kept',
      }),
    ),
  )
}
