import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { stringify } from 'yaml'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { readConfig } from '../../engine/host/config.ts'
import { compileConfigured } from '../../engine/host/installation.ts'
import { PlanArchive } from '../../engine/host/plan-archive.ts'
import { findRun, stateOf } from '../../engine/host/runs.ts'
import { admit, begin } from '../../engine/host/start-run.ts'
import type { Started } from '../../engine/host/start-run.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { RunState } from '../../schemas/run.ts'
import { startLab } from '../../lab/start-lab.ts'
import type { Lab } from '../../lab/start-lab.ts'
import { services } from './services.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** A whole installation in a folder of its own: catalogue, keys, a Temporal namespace, and processes that can be killed. */
export interface Installation {
  readonly folder: string
  readonly client: Client
  readonly namespace: string
  readonly address: string
  readonly store: EvidenceStore
  readonly keys: AdmissionKeys
  readonly plans: PlanArchive
  startWorker(): Promise<ChildProcess>
  startSealing(): Promise<ChildProcess>
  /** Admits and begins a run, as a person of this machine. */
  start(runbook: string, inputs: JsonObject): Promise<Started>
  state(runId: string): Promise<RunState>
  /** The run once it is sealed; throws with its state where that takes too long. */
  sealed(runId: string): Promise<RunState>
  /** The run once its state is as wanted. */
  until(runId: string, wanted: (state: RunState) => boolean, withinMs?: number): Promise<RunState>
  /** Changes a file of the catalogue; processes that are started later see it. */
  edit(file: string, change: (text: string) => string): Promise<void>
  stop(): Promise<void>
}

/** Where an installation's connections lead, and how it may differ. */
export interface InstallationOptions {
  readonly lab?: Lab
  readonly connections?: Readonly<Record<string, object>>
  readonly roles?: Readonly<Record<string, readonly string[]>>
}

/** Makes an installation with the repository's catalogue and the practice policy; no process runs yet. */
export async function openInstallation({
  lab,
  connections = {},
  roles = {},
}: InstallationOptions): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-installation-'))
  await cp(join(REPOSITORY, 'runbooks'), join(folder, 'runbooks'), { recursive: true })
  await cp(join(REPOSITORY, 'lab', 'policy.yaml'), join(folder, 'practice-policy.yaml'))
  const config = {
    policyOverlays: ['practice-policy.yaml'],
    connections: { ...connectionsTo(lab), ...connections },
    roles: { ...everyRole(), ...roles },
  }
  await writeFile(join(folder, 'runproof.yaml'), stringify(config))
  const namespace = `runproof-e2e-${randomBytes(4).toString('hex')}`
  const { address } = services().temporal
  await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  return new OpenInstallation(folder, {
    address,
    namespace,
    client: await connectTemporal({ address, namespace }),
    keys: await keysOf(folder),
  })
}

function connectionsTo(lab: Lab | undefined): object {
  if (lab === undefined) return {}
  process.env['LAB_TOKEN'] = lab.token
  process.env['LAB_NOTIFY_TOKEN'] = lab.notifyToken
  return {
    platform: { url: lab.url, token: { env: 'LAB_TOKEN' }, allowPrivate: true },
    prometheus: { url: lab.prometheusUrl, token: { env: 'LAB_TOKEN' }, allowPrivate: true },
    notify: { url: lab.notifyUrl, token: { env: 'LAB_NOTIFY_TOKEN' }, allowPrivate: true },
  }
}

/** This user has every role of the catalogue. */
function everyRole(): Record<string, string[]> {
  const roles = [
    'platform-on-call',
    'release-owner',
    'incident-lead',
    'app-owner',
    'routing-on-call',
    'database-on-call',
  ]
  return Object.fromEntries(roles.map((role) => [role, [userInfo().username]]))
}

async function keysOf(folder: string): Promise<AdmissionKeys> {
  return new AdmissionKeys(await ensureKey(new StateFolder(folder).make().keys, 'admission'))
}

interface Parts {
  readonly address: string
  readonly namespace: string
  readonly client: Client
  readonly keys: AdmissionKeys
}

class OpenInstallation implements Installation {
  readonly folder: string
  readonly address: string
  readonly namespace: string
  readonly client: Client
  readonly keys: AdmissionKeys
  readonly plans: PlanArchive
  readonly store: EvidenceStore
  readonly #children: ChildProcess[] = []

  constructor(folder: string, { address, namespace, client, keys }: Parts) {
    this.folder = folder
    this.address = address
    this.namespace = namespace
    this.client = client
    this.keys = keys
    this.plans = new PlanArchive(new StateFolder(folder).plans)
    this.store = openStore(readConfig(folder).evidence)
  }

  async startWorker(): Promise<ChildProcess> {
    return this.#spawn('worker-process.ts')
  }

  async startSealing(): Promise<ChildProcess> {
    return this.#spawn('sealing-process.ts')
  }

  async start(runbook: string, inputs: JsonObject): Promise<Started> {
    const compiled = (await compileConfigured(readConfig(this.folder))).runbooks[runbook]
    if (compiled === undefined) throw new Error(`${runbook} does not compile`)
    const by = { user: userInfo().username, host: 'test', assurance: 'self-asserted' as const }
    const start = { plan: compiled.plan, planDigest: compiled.digest, inputs, trigger: { kind: 'person' as const, by } }
    return begin(this.client, compiled.plan, await admit(start, this))
  }

  async state(runId: string): Promise<RunState> {
    return stateOf(await findRun(this.client, runId))
  }

  async sealed(runId: string): Promise<RunState> {
    return this.until(runId, ({ phase }) => phase === 'sealed')
  }

  async until(runId: string, wanted: (state: RunState) => boolean, withinMs = 50_000): Promise<RunState> {
    const handle = await findRun(this.client, runId)
    const end = Date.now() + withinMs
    for (;;) {
      const state = await stateOf(handle)
      if (wanted(state)) return state
      if (Date.now() > end)
        throw new Error(
          `run ${runId} is still ${state.phase}: ${JSON.stringify(state.steps)} ${JSON.stringify(state.outcome)}`,
        )
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async edit(file: string, change: (text: string) => string): Promise<void> {
    const path = join(this.folder, file)
    const before = await readFile(path, 'utf8')
    const after = change(before)
    if (after === before) throw new Error(`the edit changes nothing in ${file}`)
    await writeFile(path, after)
  }

  async stop(): Promise<void> {
    await Promise.all(this.#children.map(ended))
    await this.client.connection.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #spawn(file: string): Promise<ChildProcess> {
    const path = join(REPOSITORY, 'engine', 'host', file)
    const child = fork(path, ['--address', this.address, '--namespace', this.namespace], {
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#children.push(child)
    const said: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
    if (ready === undefined) throw new Error(`${file} did not start: ${said.join('')}`)
    return child
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const overdue = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await exit
  clearTimeout(overdue)
}

/** Starts the lab on the servers of this test run. */
export async function openLab(options: { readonly trafficTailMs?: number } = {}): Promise<Lab> {
  return startLab({ postgresUrl: services().postgres.url, natsUrl: services().nats.url, ...options })
}

/** Asks the lab's admin API. */
export async function admin<T>(lab: Lab, method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${lab.adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${lab.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
