import { randomBytes } from 'node:crypto'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import { readConfig } from '../../engine/host/config.ts'
import type { Leases } from '../../engine/host/leases/leases.ts'
import { openLeases } from '../../engine/host/leases/open.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { connectTemporal } from '../../engine/host/temporal.ts'
import { startNats, startPostgres } from '../../engine/services/index.ts'
import type { Closing } from '../closing.ts'
import { startLab } from '../lab.ts'
import type { Lab } from '../lab.ts'
import { say } from '../say.ts'
import { stepsRunbook } from '../steps-runbook.ts'
import { KillableProcess } from './killable-process.ts'
import { startKillableTemporal } from './killable-temporal.ts'
import type { Target } from './target.ts'

/** The runbook whose runs are disturbed: it sends a route to and fro. */
export const CHAOS_RUNBOOK = 'chaos-steps'
/** So many effects in each run. */
export const EFFECTS = 4

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Everything real that runs need, and what of it can be killed. */
export interface Field {
  readonly folder: string
  readonly lab: Lab
  readonly client: Client
  readonly leases: Leases
  readonly targets: readonly Target[]
}

/** Puts up servers, the practice platform, two workers and a sealing process. */
export async function openField(closing: Closing): Promise<Field> {
  const [postgres, nats] = await Promise.all([startPostgres({ say }), startNats({ say })])
  closing.after(async () => Promise.all([postgres.stop(), nats.stop()]))
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  closing.after(async () => lab.stop())
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
  const leases = openLeases(readConfig(folder), new StateFolder(folder))
  closing.after(async () => leases.close())
  return { folder, lab, client, leases, targets: [...processes, temporal] }
}

async function installationFor({ url, prometheusUrl, notifyUrl }: Lab, closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-chaos-'))
  closing.after(async () => rm(folder, { recursive: true, force: true }))
  await cp(join(ROOT, 'runbooks'), join(folder, 'runbooks'), { recursive: true })
  await cp(join(ROOT, 'lab', 'policy.yaml'), join(folder, 'practice-policy.yaml'))
  await writeFile(join(folder, 'runbooks', `${CHAOS_RUNBOOK}.yaml`), stepsRunbook(CHAOS_RUNBOOK, EFFECTS))
  await writeFile(join(folder, 'runbooks', 'rules', 'chaos.yaml'), leaseRule())
  const token = { env: 'LAB_TOKEN' }
  const connections = {
    platform: { url, token, allowPrivate: true },
    prometheus: { url: prometheusUrl, token, allowPrivate: true },
    notify: { url: notifyUrl, token: { env: 'LAB_NOTIFY_TOKEN' }, allowPrivate: true },
  }
  await writeFile(
    join(folder, 'runproof.yaml'),
    stringify({ policyOverlays: ['practice-policy.yaml'], connections }, { aliasDuplicateObjects: false }),
  )
  return folder
}

/** Each effect holds a lease on the environment, so that kills meet runs that hold one. */
function leaseRule(): string {
  const check = {
    guards: ['route.rollback'],
    hold: ['target.environment'],
    require: ['owner.epoch == target.expectedEpoch'],
  }
  const rule = {
    id: 'chaos-holds-a-lease',
    text: 'Do not move a route that somebody else moves.',
    source: 'bench/README.md',
    facts: { owner: 'platform.routeOwner' },
    checks: [check],
    overridable: 'never',
    next: 'wait',
  }
  return stringify({ rules: [rule] })
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
