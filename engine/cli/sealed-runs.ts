import { join } from 'node:path'
import { readSmallFile } from '../../evidence/small-file.ts'
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
  const all = (await store.bundles()).map((runId) => readOne(runId, store.bundlePath(runId)))
  return all.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

/** The inputs of a run stand in it. */
const RUN_FILE_BYTES = 16 * 2 ** 20

function readOne(runId: string, bundle: string): SealedRun {
  try {
    const text = readSmallFile(join(bundle, 'data', 'run.json'), { limitBytes: RUN_FILE_BYTES }).toString('utf8')
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
