import { existsSync } from 'node:fs'
import type { Client } from '@temporalio/client'
import { ensureKey } from '../../evidence/keys.ts'
import { AdmissionKeys } from '../host/admission.ts'
import { PlanArchive } from '../host/plan-archive.ts'
import { StateFolder } from '../host/state-folder.ts'
import { connectTemporal } from '../host/temporal.ts'
import type { TemporalPlace } from '../host/temporal.ts'

/** The running installation of a folder, as a command reaches it. */
export interface Station {
  readonly client: Client
  readonly state: StateFolder
}

/** Does something with the installation that runs in a folder, and lets go of it. */
export async function atStation<T>(folder: string, work: (station: Station) => Promise<T>): Promise<T> {
  const state = new StateFolder(folder)
  const client = await connectTemporal(temporalOf(state))
  try {
    return await work({ client, state })
  } finally {
    await client.connection.close()
  }
}

/** The Temporal of this folder's `up`; where none runs here, the one that TEMPORAL_ADDRESS names. */
export function temporalOf(state: StateFolder, env: NodeJS.ProcessEnv = process.env): TemporalPlace {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = 'default' } = env
  if (address && !existsSync(state.endpointsFile)) return { address, namespace }
  const { temporal, namespace: own } = state.endpoints()
  return { address: temporal, namespace: own }
}

/** The keys and the archive with which this installation admits runs and takes votes. */
export async function admitting(
  state: StateFolder,
): Promise<{ readonly keys: AdmissionKeys; readonly plans: PlanArchive }> {
  return { keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')), plans: new PlanArchive(state.plans) }
}
