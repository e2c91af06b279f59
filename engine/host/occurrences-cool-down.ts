import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Client } from '@temporalio/client'
import type { EvidenceStore } from '../../evidence/store.ts'
import { runFileSchema } from '../../schemas/bundle.ts'
import { modeOf } from '../core/mode.ts'

/** A start that may come too soon after the end of a run. */
export interface Cooling {
  readonly workflowId: string
  readonly coolDownMs?: number
  /** It only observes. What is to act does not wait for the end of what only observed (G39). */
  readonly observes: boolean
}

/**
 * Until when no further run of a workflow is started (RFC 3339), or undefined where one may be. A live run is no obstacle: it is
 * met. Temporal knows the end of the last run, for as long as it remembers; after that, its bundle does.
 */
export async function coolUntil(
  { workflowId, coolDownMs, observes }: Cooling,
  at: { readonly client: Client; readonly store: EvidenceStore },
): Promise<string | undefined> {
  if (coolDownMs === undefined) return undefined
  const ended =
    (await endInTemporal(workflowId, observes, at.client)) ?? (await endInBundles(workflowId, observes, at.store))
  const until = ended === 'live' || ended === undefined ? 0 : ended + coolDownMs
  return until > Date.now() ? new Date(until).toISOString() : undefined
}

/** Where the last run only observed, and that does not count, Temporal tells nothing. */
async function endInTemporal(
  workflowId: string,
  observes: boolean,
  client: Client,
): Promise<number | 'live' | undefined> {
  try {
    const { closeTime, memo } = await client.workflow.getHandle(workflowId).describe()
    if (closeTime === undefined) return 'live'
    return memo?.['mode'] === 'observe' && !observes ? undefined : closeTime.getTime()
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined
    throw error
  }
}

/** When a sealed run of which workflow has ended. */
interface End {
  readonly workflowId: string
  readonly at: number
  readonly observed: boolean
}

/** A bundle never changes: each is read once. */
const readBy = new WeakMap<EvidenceStore, Map<string, End | undefined>>()

async function endInBundles(workflowId: string, observes: boolean, store: EvidenceStore): Promise<number | undefined> {
  const ends = readBy.get(store) ?? new Map<string, End | undefined>()
  readBy.set(store, ends)
  for (const runId of await store.bundles()) {
    if (!ends.has(runId)) ends.set(runId, await endOf(store.bundlePath(runId)))
  }
  const own = [...ends.values()].flatMap((end) =>
    end?.workflowId === workflowId && (observes || !end.observed) ? [end.at] : [],
  )
  return own.length === 0 ? undefined : Math.max(...own)
}

async function endOf(bundle: string): Promise<End | undefined> {
  try {
    const { admission, finishedAt } = runFileSchema.parse(
      JSON.parse(await readFile(join(bundle, 'data', 'run.json'), 'utf8')),
    )
    const { workflowId, trigger } = admission.admission
    return { workflowId, at: Date.parse(finishedAt), observed: modeOf(trigger) === 'observe' }
  } catch {
    return undefined
  }
}
