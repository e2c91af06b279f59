import { CancellationScope, scheduleActivity } from '@temporalio/workflow'
import type { JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type { EvidenceRefs, SignedAdmission } from '../../schemas/run.ts'
import { cut } from '../core/pieces.ts'
import type { KeepPieceRequest, RecallPartRequest } from '../core/pieces.ts'

const OPTIONS = {
  startToCloseTimeout: 60_000,
  heartbeatTimeout: 6_000,
  retry: { initialInterval: 500, backoffCoefficient: 2, maximumInterval: 10_000 },
} as const

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
    const request: KeepPieceRequest = { admission, number: 0, entries: [], values: {}, piece }
    const refs = await scheduleActivity<EvidenceRefs | null | undefined>(NAMES.keep, [request], {
      ...OPTIONS,
      activityId: `${name}.${at + 1}`,
      summary: 'keep a piece of what goes along',
    })
    const [[file, digest] = ['', '']] = Object.entries(refs ?? {})
    if (!file.startsWith('spilled-')) return undefined
    digests.push(digest)
  }
  return digests
}

/** The text that lies in these pieces. */
export async function recallPieces(
  admission: SignedAdmission,
  name: string,
  pieces: readonly string[],
): Promise<string> {
  let text = ''
  for (const [at, digest] of pieces.entries()) {
    const request: RecallPartRequest = { admission, number: 0, piece: digest }
    const { piece } = await recallPart<{ piece: string }>(request, `${name}.${at + 1}`)
    text += piece
  }
  return text
}

/** A part of what an earlier execution has kept. */
export async function recallPart<T = JsonObject>(request: RecallPartRequest, activityId: string): Promise<T> {
  return CancellationScope.nonCancellable(async () =>
    scheduleActivity<T>(NAMES.recall, [request], {
      ...OPTIONS,
      activityId,
      summary: 'look up what an earlier execution has kept',
    }),
  )
}
