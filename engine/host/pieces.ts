import { digestOf, jsonBytes } from '../../evidence/digest.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { EvidenceRefs } from '../../schemas/run.ts'

const DIGEST = /^sha256:([0-9a-f]{64})$/

/** Keeps one piece of what a run takes along, under its digest; answers with its name and digest. */
export async function keepPiece(store: EvidenceStore, runId: string, piece: string): Promise<EvidenceRefs> {
  const bytes = jsonBytes(piece)
  const digest = digestOf(bytes)
  await store.putOnce(runId, nameOf(digest), bytes)
  return { [nameOf(digest)]: digest }
}

/** The piece of this digest, as it was kept. */
export async function readPiece(store: EvidenceStore, runId: string, digest: string): Promise<string> {
  const bytes = await store.read(runId, nameOf(digest))
  if (bytes === undefined) throw new Error(`the piece ${digest} of this run was not kept`)
  if (digestOf(bytes) !== digest) throw new Error(`the piece ${digest} of this run is not what it is named after`)
  return JSON.parse(bytes.toString('utf8')) as string
}

/** What was cut into these pieces. */
export async function togetherAgain(
  store: EvidenceStore,
  runId: string,
  pieces: readonly string[],
): Promise<JsonObject> {
  const texts: string[] = []
  for (const digest of pieces) texts.push(await readPiece(store, runId, digest))
  return JSON.parse(texts.join('')) as JsonObject
}

/** It lies among the values that were too large to travel: whoever verifies the bundle finds it to be what it is named after. */
function nameOf(digest: string): string {
  const hex = DIGEST.exec(digest)?.[1]
  if (hex === undefined) throw new Error('a piece is named by a digest')
  return `spilled-${hex}.json`
}
