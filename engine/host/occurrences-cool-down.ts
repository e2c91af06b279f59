import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import type { EvidenceStore } from '../../evidence/store.ts'
import { runFileSchema } from '../../schemas/bundle.ts'

/**
 * Until when no further run of a workflow is started (RFC 3339), or undefined where one may be. A live run is no obstacle: it is
 * met. Temporal knows the end of the last run, for as long as it remembers; after that, its bundle does.
 */
export async function coolUntil(
  workflowId: string,
  coolDownMs: number | undefined,
  at: { readonly client: Client; readonly store: EvidenceStore },
): Promise<string | undefined> {
  if (coolDownMs === undefined) return undefined
  const ended = (await endInTemporal(workflowId, at.client)) ?? (await endInBundles(workflowId, at.store))
  const until = ended === 'live' || ended === undefined ? 0 : ended + coolDownMs
  return until > Date.now() ? new Date(until).toISOString() : undefined
}

async function endInTemporal(workflowId: string, client: Client): Promise<number | 'live' | undefined> {
  try {
    const { closeTime } = await client.workflow.getHandle(workflowId).describe()
    return closeTime === undefined ? 'live' : closeTime.getTime()
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** When a sealed run of which workflow has ended. */
interface End {
  readonly workflowId: string
  readonly at: number
}

/** A bundle never changes: each is read once. */
const readBy = new WeakMap<EvidenceStore, Map<string, End | undefined>>()

async function endInBundles(workflowId: string, store: EvidenceStore): Promise<number | undefined> {
  const ends = readBy.get(store) ?? new Map<string, End | undefined>()
  readBy.set(store, ends)
  for (const runId of await store.bundles()) {
    if (!ends.has(runId)) ends.set(runId, await endOf(store.bundlePath(runId)))
  }
  const own = [...ends.values()].flatMap((end) => (end?.workflowId === workflowId ? [end.at] : []))
  return own.length === 0 ? undefined : Math.max(...own)
}

async function endOf(bundle: string): Promise<End | undefined> {
  try {
    const { admission, finishedAt } = runFileSchema.parse(
      JSON.parse(await readFile(join(bundle, 'data', 'run.json'), 'utf8')),
    )
    return { workflowId: admission.admission.workflowId, at: Date.parse(finishedAt) }
  } catch {
    return undefined
  }
}
