import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { readConfig } from '../../engine/host/config.ts'
import type { Leases } from '../../engine/host/leases/leases.ts'
import { openLeases } from '../../engine/host/leases/open.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { connectTemporal } from '../../engine/host/temporal.ts'
import { startNats, startPostgres } from '../../engine/services/index.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { Closing } from '../closing.ts'
import { startLab } from '../lab.ts'
import type { Lab } from '../lab.ts'
import { say } from '../say.ts'
import { installationFor } from './installation.ts'
import { KillableProcess } from './killable-process.ts'
import { startKillableTemporal } from './killable-temporal.ts'
import { openPeople } from './people.ts'
import { keepReleasing } from './slow-platform.ts'
import type { People } from './people.ts'
import type { Target } from './target.ts'

/** Everything real that runs need, and what of it can be killed. */
export interface Field {
  readonly folder: string
  readonly lab: Lab
  readonly client: Client
  readonly store: EvidenceStore
  readonly leases: Leases
  readonly people: People
  readonly targets: readonly Target[]
}

/** Puts up servers, the practice platform, two workers and a sealing process. */
export async function openField(closing: Closing): Promise<Field> {
  const [postgres, nats] = await Promise.all([startPostgres({ say }), startNats({ say })])
  closing.after(async () => Promise.all([postgres.stop(), nats.stop()]))
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  closing.after(async () => lab.stop())
  keepReleasing(lab, closing)
  const folder = await installationFor(lab, closing)
  const namespace = `runproof-chaos-${randomBytes(4).toString('hex')}`
  const temporal = await startKillableTemporal(join(folder, 'temporal'), namespace)
  closing.after(async () => temporal.stop())
  const client = await connectTemporal({ address: temporal.address, namespace })
  const processes = await startProcesses({
    folder,
    lab,
    args: ['--address', temporal.address, '--namespace', namespace],
  })
  closing.after(async () => Promise.all(processes.map(async (child) => child.stop())))
  const config = readConfig(folder)
  const state = new StateFolder(folder)
  const leases = openLeases(config, state)
  closing.after(async () => leases.close())
  const people = await openPeople(folder, new AdmissionKeys(await ensureKey(state.keys, 'admission')))
  return { folder, lab, client, store: openStore(config.evidence), leases, people, targets: [...processes, temporal] }
}

/** The first worker before the others: it makes the keys that they read. */
async function startProcesses(at: {
  readonly folder: string
  readonly lab: Lab
  readonly args: readonly string[]
}): Promise<KillableProcess[]> {
  const { PATH, HOME, TMPDIR } = process.env
  const env = { PATH, HOME, TMPDIR, LAB_TOKEN: at.lab.tokens.client, LAB_NOTIFY_TOKEN: at.lab.tokens.notify }
  const spec = { folder: at.folder, args: at.args, env }
  const worker = { ...spec, file: 'engine/host/worker-process.ts' }
  const first = await KillableProcess.start('worker', worker)
  const second = await KillableProcess.start('worker', worker)
  const sealing = await KillableProcess.start('sealing', { ...spec, file: 'engine/host/sealing-process.ts' })
  return [first, second, sealing]
}
