import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../evidence/store.ts'
import { runFileSchema } from '../../schemas/bundle.ts'
import { readConfig } from '../host/config.ts'

/** A sealed bundle, as its own files tell; nothing of it is verified here. */
export interface SealedRun {
  readonly runId: string
  readonly runbook: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly outcome: string
  readonly as: string
  readonly bundle: string
}

/** All sealed bundles of a folder's evidence store, newest first. */
export async function sealedRuns(folder: string): Promise<SealedRun[]> {
  const store = openStore(readConfig(folder).evidence)
  const all = await Promise.all((await store.bundles()).map(async (runId) => readOne(runId, store.bundlePath(runId))))
  return all.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

async function readOne(runId: string, bundle: string): Promise<SealedRun> {
  try {
    const text = await readFile(join(bundle, 'data', 'run.json'), 'utf8')
    const { admission, outcome, startedAt, finishedAt } = runFileSchema.parse(JSON.parse(text))
    return {
      runId,
      runbook: admission.admission.runbook,
      startedAt,
      finishedAt,
      outcome: outcome.name,
      as: outcome.as,
      bundle,
    }
  } catch {
    return { runId, runbook: '', startedAt: '', finishedAt: '', outcome: 'cannot be read', as: '', bundle }
  }
}
