import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
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
import type { CatalogueSources, CompiledRunbook } from '../../engine/language/catalogue.ts'
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
  /** The process that takes alerts: where it listens, and the token that it wants. */
  startServer(): Promise<{ readonly url: string; readonly token: string }>
  /** What its processes have logged so far. */
  logged(): string
  /** Admits and begins a run, as a person of this machine. */
  start(runbook: string, inputs: JsonObject): Promise<Started>
  /** The same with a Plan at hand, which need not be in the catalogue. */
  startPlan(compiled: CompiledRunbook, inputs: JsonObject): Promise<Started>
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
  /** Instead of the repository's catalogue. */
  readonly catalogue?: CatalogueSources
  /** A Temporal server of its own, by its address. */
  readonly temporal?: string
}

/** Makes an installation with the repository's catalogue and the practice policy; no process runs yet. */
export async function openInstallation({
  lab,
  connections = {},
  roles = {},
  catalogue,
  temporal = services().temporal.address,
}: InstallationOptions): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-installation-'))
  await writeCatalogue(folder, catalogue)
  await cp(join(REPOSITORY, 'lab', 'policy.yaml'), join(folder, 'practice-policy.yaml'))
  const config = {
    policyOverlays: ['practice-policy.yaml'],
    connections: { ...connectionsTo(lab), ...connections },
    roles: { ...everyRole(), ...roles },
  }
  await writeFile(join(folder, 'runproof.yaml'), stringify(config))
  const namespace = `runproof-e2e-${randomBytes(4).toString('hex')}`
  await makeNamespace({ address: temporal, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
  return new OpenInstallation(folder, {
    address: temporal,
    namespace,
    client: await connectTemporal({ address: temporal, namespace }),
    keys: await keysOf(folder),
  })
}

async function writeCatalogue(folder: string, catalogue: CatalogueSources | undefined): Promise<void> {
  if (catalogue === undefined) return cp(join(REPOSITORY, 'runbooks'), join(folder, 'runbooks'), { recursive: true })
  for (const { file, text } of catalogue.files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), text)
  }
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
  readonly #said: string[] = []

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
    return (await this.#spawn('host/worker-process.ts')).child
  }

  async startSealing(): Promise<ChildProcess> {
    return (await this.#spawn('host/sealing-process.ts')).child
  }

  async startServer(): Promise<{ readonly url: string; readonly token: string }> {
    const { message } = await this.#spawn('server/server-process.ts')
    const { url } = message as { readonly url: string }
    return { url, token: (await readFile(new StateFolder(this.folder).tokenFile, 'utf8')).trim() }
  }

  logged(): string {
    return this.#said.join('')
  }

  async start(runbook: string, inputs: JsonObject): Promise<Started> {
    const compiled = (await compileConfigured(readConfig(this.folder))).runbooks[runbook]
    if (compiled === undefined) throw new Error(`${runbook} does not compile`)
    return this.startPlan(compiled, inputs)
  }

  async startPlan(compiled: CompiledRunbook, inputs: JsonObject): Promise<Started> {
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

  async #spawn(file: string): Promise<{ readonly child: ChildProcess; readonly message: unknown }> {
    const path = join(REPOSITORY, 'engine', file)
    const child = fork(path, ['--address', this.address, '--namespace', this.namespace], {
      cwd: this.folder,
      // The test runner's own flags are not for this process.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    this.#children.push(child)
    const said: string[] = []
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said.push(text)
      this.#said.push(text)
    })
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
    if (ready === undefined) throw new Error(`${file} did not start: ${said.join('')}`)
    return { child, message: ready[0] as unknown }
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
