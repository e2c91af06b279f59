import { join } from 'node:path'
import { z } from 'zod'
import { jsonBytes, sha256 } from '../../evidence/digest.ts'
import { createFile, readIfThere } from '../../evidence/disk.ts'
import { EvidenceError, unavailable } from '../../evidence/errors.ts'
import type { EvidenceStore } from '../../evidence/store.ts'

/** An occurrence that Temporal has taken: the run that carries it, which may be an older one that it was merged into. */
export interface Begun {
  readonly runId: string
  readonly merged: boolean
}

const begunSchema = z.object({ runId: z.string().min(1), merged: z.boolean() })

/** Where the occurrence was carried to; undefined while nobody knows that it has begun. */
export async function recallBegun(store: EvidenceStore, key: string): Promise<Begun | undefined> {
  const bytes = await orUnavailable(store, async () => readIfThere(pathOf(store, key)))
  return bytes === undefined ? undefined : begunSchema.parse(JSON.parse(bytes.toString('utf8')))
}

/** Remembers, for as long as the evidence is kept, that an occurrence has begun. The first word stands. */
export async function rememberBegun(store: EvidenceStore, key: string, begun: Begun): Promise<void> {
  const bytes = jsonBytes({ key, ...begun })
  await orUnavailable(store, async () => createFile(pathOf(store, key), bytes, { scratch: join(store.dir, 'tmp') }))
}

function pathOf({ dir }: EvidenceStore, key: string): string {
  return join(dir, 'begun', `${sha256(key)}.json`)
}

async function orUnavailable<T>({ dir }: EvidenceStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof EvidenceError ? error : unavailable(dir, error)
  }
}
