import { join } from 'node:path'
import { z } from 'zod'
import { jsonBytes, sha256 } from '../../../evidence/digest.ts'
import { createFile, readIfThere } from '../../../evidence/disk.ts'
import { EvidenceError, unavailable } from '../../../evidence/errors.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'

const noteSchema = z.object({ at: z.iso.datetime() })

/** Since when a schedule is known here: it never starts anything for a time before that. The first word stands. */
export async function knownSince(store: EvidenceStore, schedule: string, nowMs: number): Promise<number> {
  const since = (await noted(store, schedule)) ?? (await note(store, schedule, nowMs))
  return Date.parse(since)
}

/** Whether everything that a schedule asks for at one of its times was decided. */
export async function isDone(store: EvidenceStore, schedule: string, time: string): Promise<boolean> {
  return (await noted(store, `${schedule}|${time}`)) !== undefined
}

/** Remembers that it was, for as long as the evidence is kept. */
export async function rememberDone(store: EvidenceStore, schedule: string, time: string): Promise<void> {
  await note(store, `${schedule}|${time}`, Date.now())
}

async function noted(store: EvidenceStore, key: string): Promise<string | undefined> {
  return orUnavailable(store, async () => {
    const bytes = await readIfThere(pathOf(store, key))
    return bytes === undefined ? undefined : noteSchema.parse(JSON.parse(bytes.toString('utf8'))).at
  })
}

async function note(store: EvidenceStore, key: string, atMs: number): Promise<string> {
  const at = new Date(atMs).toISOString()
  await orUnavailable(store, async () =>
    createFile(pathOf(store, key), jsonBytes({ key, at }), { scratch: join(store.dir, 'tmp') }),
  )
  return at
}

function pathOf({ dir }: EvidenceStore, key: string): string {
  return join(dir, 'schedules', `${sha256(key)}.json`)
}

async function orUnavailable<T>({ dir }: EvidenceStore, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof EvidenceError ? error : unavailable(dir, error)
  }
}
