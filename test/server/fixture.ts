import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from '@temporalio/client'
import { NativeConnection, Worker } from '@temporalio/worker'
import { pino } from 'pino'
import { activitiesOf } from '../../engine/host/activities.ts'
import { BUNDLING, WORKFLOWS } from '../../engine/host/workflow-bundle.ts'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { readConfig } from '../../engine/host/config.ts'
import { Connections } from '../../engine/host/connections.ts'
import type { Host } from '../../engine/host/host.ts'
import { openLeases } from '../../engine/host/leases/open.ts'
import { PlanArchive } from '../../engine/host/plan-archive.ts'
import { sealActivity } from '../../engine/host/sealing.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { StopSwitch } from '../../engine/host/stops.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../engine/host/temporal.ts'
import type { Runbooks } from '../../engine/server/choose-runbook.ts'
import { createServer } from '../../engine/server/create-server.ts'
import type { ServerParts } from '../../engine/server/create-server.ts'
import type { Decision } from '../../engine/server/decide-alert.ts'
import { close, listen } from '../../engine/server/listen.ts'
import { makeNamespace } from '../../engine/services/temporal-client.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import { ensureKey, publicKeyOf } from '../../evidence/keys.ts'
import { openStore } from '../../evidence/store.ts'
import type { Notification } from '../../schemas/alertmanager.ts'
import type { AlertTrigger, Plan, StepPlan, TriggerPlan } from '../../schemas/plan.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import { services } from '../support/services.ts'

export const TOKEN = 'a-token-for-tests-0123456789'

const place = { file: 'test.yaml', line: 1, col: 1 }
const waitForPerson = (withinMs: number): StepPlan => ({
  id: 'consent',
  kind: 'approve',
  place,
  when: [],
  continueOn: ['done'],
  text: { literal: 'go on?' },
  who: ['on-call'],
  show: [],
  withinMs,
})

/** What the Plan of a test runbook differs in. */
export interface Shape {
  readonly triggers: readonly TriggerPlan[]
  readonly inputs?: Plan['inputs']
  readonly coalesce?: readonly string[]
  /** A run that waits for a person stays live for so long; any other ends by itself at once. */
  readonly waitsMs?: number
}

const text = { type: { kind: 'text' } } as const

/** A Plan that reads and changes nothing. */
export function planOf(id: string, { triggers, inputs, coalesce, waitsMs }: Shape): Plan {
  return {
    planVersion: 2,
    runbook: {
      id,
      title: `The runbook ${id}`,
      source: 'test',
      owner: 'on-call',
      goal: 'service',
      file: { name: `${id}.yaml`, digest: jsonDigest(id) },
    },
    catalogueDigest: jsonDigest('catalogue'),
    cel: '@marcbachmann/cel-js@8.0.0',
    inputs: inputs ?? { cluster: text, instance: text },
    coalesce: coalesce ?? ['cluster'],
    triggers,
    policy: {},
    facts: {},
    steps: waitsMs === undefined ? [] : [waitForPerson(waitsMs)],
    outcomes: [{ name: 'looked-at', as: 'escalated', when: [], claims: [], tell: [] }],
    doNot: [],
    rules: [],
    contracts: {},
    effects: {},
    conflictRounds: 2,
    unknownForMs: 1_000,
    goalClaims: [],
  }
}

/** Plans as the server is given them. */
export function runbooksOf(...plans: readonly Plan[]): Runbooks {
  return Object.fromEntries(plans.map((plan) => [plan.runbook.id, { plan, digest: jsonDigest(plan) }]))
}

/** A trigger that acts on an alert of this name. */
export function acting(...alerts: string[]): AlertTrigger {
  return { kind: 'alert', alerts, map: { cluster: 'cluster', instance: 'instance' }, mode: 'act' }
}

/** The answer of the webhook. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: { readonly alerts: readonly Decision[]; readonly warnings: readonly string[] } & Readonly<
    Record<string, unknown>
  >
}

/** A listening server of one installation. */
export interface Door {
  readonly url: string
  post(body: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>
  metrics(): Promise<string>
}

/** One installation in a folder and a namespace of its own, whose workers run in this process. */
export class Bench {
  readonly folder: string
  readonly client: Client
  readonly host: Host
  readonly #servers: Server[] = []
  readonly #stopping: (() => Promise<void>)[] = []

  private constructor(folder: string, client: Client, host: Host) {
    this.folder = folder
    this.client = client
    this.host = host
  }

  /** Without the worker of runs, what is started waits; without that of sealing, what has ended stays open. */
  static async open(queues: readonly string[] = Object.values(QUEUES)): Promise<Bench> {
    const folder = await mkdtemp(join(tmpdir(), 'runproof-server-'))
    const { address } = services().temporal
    const namespace = `runproof-server-${randomBytes(4).toString('hex')}`
    await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say: () => undefined })
    const bench = new Bench(folder, await connectTemporal({ address, namespace }), await hostOf(folder))
    await bench.#startWorkers({ address, namespace, queues })
    return bench
  }

  /** A further server over the same store, which may differ in some parts. */
  async door(runbooks: Runbooks, differing: Partial<ServerParts> = {}): Promise<Door> {
    const { store, keys, plans, log } = this.host
    const parts = {
      runbooks,
      client: this.client,
      store,
      admitting: { keys, plans },
      tokens: () => [TOKEN],
      log,
      retentionMs: Infinity,
    }
    const server = createServer({ ...parts, ...differing })
    this.#servers.push(server)
    return doorOf(await listen(server, 0))
  }

  /** How many workflows carry runs of this runbook, by Temporal's own list, which takes a moment to know them. */
  async runsOf(runbook: string): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 300))
    const found: string[] = []
    for await (const { memo } of this.client.workflow.list({ query: `WorkflowType = "${runbook}"` }))
      found.push(String(memo?.['runId']))
    return found
  }

  /** Waits until the newest run of a workflow has closed. */
  async closed(workflowId: string): Promise<void> {
    await this.client.workflow.getHandle(workflowId).result()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(close))
    await Promise.all(this.#stopping.map(async (stop) => stop()))
    await this.client.connection.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #startWorkers({
    address,
    namespace,
    queues,
  }: {
    address: string
    namespace: string
    queues: readonly string[]
  }) {
    const connection = await NativeConnection.connect({ address })
    const all = [
      {
        taskQueue: QUEUES.runs,
        workflowsPath: WORKFLOWS,
        bundlerOptions: BUNDLING,
        activities: activitiesOf(this.host),
      },
      { taskQueue: QUEUES.sealing, activities: await this.#sealing() },
    ]
    const wanted = all.filter(({ taskQueue }) => queues.includes(taskQueue))
    const workers = await Promise.all(
      wanted.map(async (options) => Worker.create({ connection, namespace, ...options })),
    )
    const running = workers.map(async (worker) => worker.run())
    this.#stopping.push(async () => {
      for (const worker of workers) worker.shutdown()
      await Promise.all(running)
      await connection.close()
    })
  }

  async #sealing(): Promise<Record<string, ReturnType<typeof sealActivity>>> {
    const { store, keys, config, log } = this.host
    const signer = await ensureKey(new StateFolder(this.folder).keys, 'sealing')
    const sealing = {
      store,
      signer,
      admissionKeys: [publicKeyOf(keys.publicPem, 'admission')],
      custody: 'same-user' as const,
    }
    return { [NAMES.seal]: sealActivity({ sealing, client: this.client, catalogue: config.catalogue, log }) }
  }
}

/** A host without actions, and with a catalogue that has no rules of its own. */
async function hostOf(folder: string): Promise<Host> {
  const config = readConfig(folder)
  const state = new StateFolder(folder).make()
  const catalogue = { rules: [], effects: {}, policy: {} } as unknown as Host['catalogue']
  return {
    config,
    catalogue,
    log: pino({ level: 'silent' }),
    store: openStore(config.evidence),
    leases: openLeases(config, state),
    stops: new StopSwitch(state.stops),
    plans: new PlanArchive(state.plans),
    keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')),
    definitions: new Map(),
    contracts: new Map(),
    connections: new Connections(config, { allow: [], ownPorts: [] }),
  }
}

function doorOf(url: string): Door {
  return {
    url,
    post: async (body, headers = {}) => {
      const authorization = `Bearer ${TOKEN}`
      const sent = typeof body === 'string' ? body : JSON.stringify(body)
      const response = await fetch(`${url}/v1/alerts`, {
        method: 'POST',
        body: sent,
        headers: { authorization, ...headers },
      })
      return { status: response.status, headers: response.headers, body: (await response.json()) as Answer['body'] }
    },
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
  }
}

/** A notification as a real Alertmanager sent it. */
export async function payload(name: string): Promise<Notification> {
  return JSON.parse(
    await readFile(new URL(`../testdata/payloads/${name}.json`, import.meta.url), 'utf8'),
  ) as Notification
}
