import { existsSync } from 'node:fs'
import type { Client } from '@temporalio/client'
import { errorCode } from '../../evidence/errors.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import { AdmissionKeys } from '../host/admission.ts'
import { PlanArchive } from '../host/plan-archive.ts'
import { echoedPath } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { StateFolder } from '../host/state-folder.ts'
import type { Endpoints } from '../host/state-folder.ts'
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
  if (existsSync(state.endpointsFile)) return placeIn(state)
  return address ? { address, namespace } : placeOf(state.endpoints())
}

/** A machine that lost its power may have kept half of the file, or none. */
function placeIn(state: StateFolder): TemporalPlace {
  try {
    return placeOf(JSON.parse(readSmallFile(state.endpointsFile).toString('utf8')) as Endpoints)
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const why = errorCode(error) ?? 'it is not as `runproof up` writes it'
    throw new OperatorError(
      'RP0103',
      `nobody can tell where it runs here: ${echoedPath(state.endpointsFile)} cannot be read (${why})`,
      'stop `runproof up` if it runs in this folder, and start it again',
    )
  }
}

function placeOf({ temporal, namespace }: Endpoints): TemporalPlace {
  if (typeof temporal !== 'string' || typeof namespace !== 'string') throw new Error('no place of Temporal')
  return { address: temporal, namespace }
}

/** The keys and the archive with which this installation admits runs and takes votes. */
export async function admitting(
  state: StateFolder,
): Promise<{ readonly keys: AdmissionKeys; readonly plans: PlanArchive }> {
  return { keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')), plans: new PlanArchive(state.plans) }
}
