import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readConfig } from '../../engine/host/config.ts'
import { openLeases } from '../../engine/host/leases/open.ts'
import { findRun, stateOf } from '../../engine/host/runs.ts'
import { StateFolder } from '../../engine/host/state-folder.ts'
import { StopSwitch } from '../../engine/host/stops.ts'
import type { StopScope } from '../../engine/host/stops.ts'
import { sourceOf } from '../../engine/language/catalogue.ts'
import type { JournalEntry } from '../../lab/admin/journal.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { RunEntry, RunState } from '../../schemas/run.ts'
import { alertOf, messageOf } from './alerts.ts'
import type { Held } from './bad-promotion.ts'
import { eventually } from './eventually.ts'
import { admin, openInstallation, openLab } from './installation.ts'
import type { Installation } from './installation.ts'
import { journalOf } from './lab-records.ts'

const SOURCES = fileURLToPath(new URL('../e2e/testdata/paths', import.meta.url))
const EFFECTS = fileURLToPath(new URL('../../runbooks/effects.yaml', import.meta.url))

/** An environment that no other test knows, with apps; those that were promoted can be sent back. */
export interface Ground {
  readonly environment: string
  readonly apps: readonly string[]
  /** A file with the list of these apps, for runbooks that read one. */
  readonly list: string
  /** What clients have changed here, in order: `freeze`, `rollback <app>`. */
  changes(): Promise<string[]>
  /** Switches on a fault of requests about this environment. */
  fault(fault: object): Promise<void>
}

/** An installation with runbooks for each construct of the language, on a practice platform of its own. */
export class Paths {
  readonly lab: Lab
  readonly installation: Installation
  readonly switches: StopSwitch
  readonly #scheduled = new Set<JsonObject>()
  #written = Promise.resolve()
  #worker: ChildProcess | undefined

  private constructor(lab: Lab, installation: Installation) {
    this.lab = lab
    this.installation = installation
    this.switches = new StopSwitch(new StateFolder(installation.folder).stops)
  }

  /** No process runs yet. `edits` change files of its catalogue, by their names. */
  static async open(edits: Readonly<Record<string, (text: string) => string>> = {}): Promise<Paths> {
    const lab = await openLab({ trafficTailMs: 200 })
    const roles = { mover: [userInfo().username], lead: [userInfo().username] }
    const files = [...(await sourcesBelow(SOURCES)), sourceOf('runbooks/effects.yaml', await readFile(EFFECTS))]
    const installation = await openInstallation({ lab, roles, catalogue: { files, overlays: [] } })
    const { folder, address: temporal, namespace } = installation
    await writeFile(join(folder, 'practice-policy.yaml'), 'values: {}\n')
    await writeFile(join(folder, 'routes.json'), JSON.stringify({ complete: true, items: [] }))
    await installation.edit('runbooks/allowlist.yaml', (text) => text.replace('ROUTES', join(folder, 'routes.json')))
    for (const [file, edit] of Object.entries(edits)) await installation.edit(`runbooks/${file}`, edit)
    new StateFolder(folder).writeEndpoints({ temporal, namespace, server: '', pid: process.pid })
    return new Paths(lab, installation)
  }

  async close(): Promise<void> {
    await this.installation.stop()
    await this.lab.stop()
  }

  /** Starts what a run needs: a worker, and the sealing. */
  async startProcesses(): Promise<void> {
    await Promise.all([this.startWorker(), this.installation.startSealing()])
  }

  async startWorker(): Promise<void> {
    this.#worker = await this.installation.startWorker()
  }

  /** Ends the worker that was started last, and waits until it is gone. */
  async endWorker(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#worker === undefined) throw new Error('no worker was started')
    this.#worker.kill(signal)
    await once(this.#worker, 'exit')
  }

  /** Makes such an environment with so many apps, or with those that are named. */
  async ground(apps: number | readonly string[] = 1, promoted = true): Promise<Ground> {
    const environment = `env-${randomBytes(4).toString('hex')}`
    const names = typeof apps === 'number' ? someNames(apps) : apps
    await admin(this.lab, 'POST', '/environments', { environment, apps: names })
    for (const app of promoted ? names : []) await admin(this.lab, 'POST', '/promote', { environment, app, version: 2 })
    const list = join(this.installation.folder, `${environment}.json`)
    await this.writeList(list, names)
    return {
      environment,
      apps: names,
      list,
      changes: async () => (await journalOf(this.lab, { environment })).filter(isByClient).map(wordsOf),
      fault: async (fault) => void (await admin(this.lab, 'POST', '/faults', { environment, ...fault })),
    }
  }

  async writeList(file: string, apps: readonly string[]): Promise<void> {
    await writeFile(file, JSON.stringify({ complete: true, items: apps.map((id) => ({ id })) }))
  }

  /** From now on, the schedule of these tests starts a run for this route each minute, until it is taken off. */
  async schedule(route: JsonObject): Promise<{ off(): Promise<void> }> {
    this.#scheduled.add(route)
    await this.#writeRoutes()
    return {
      off: async () => {
        this.#scheduled.delete(route)
        await this.#writeRoutes()
      },
    }
  }

  async stop(scope: StopScope): Promise<string> {
    return (await this.switches.stop({ scope, reason: 'the platform team asked for it', by: 'test' })).id
  }

  /** The run once it is sealed, whichever execution carries it by then. */
  async sealed(runId: string, withinMs = 50_000): Promise<RunState> {
    const end = Date.now() + withinMs
    for (;;) {
      const state = await stateOf(await findRun(this.installation.client, runId))
      if (state.phase === 'sealed') return state
      if (Date.now() > end) throw new Error(`${runId} is still ${state.phase}: ${JSON.stringify(state.steps)}`)
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }

  /** Requests of a run that stand still on the platform now. */
  async held(runId: string): Promise<Held[]> {
    const { items } = await admin<{ items: Held[] }>(this.lab, 'GET', '/held')
    return items.filter(({ idempotencyKey }) => idempotencyKey.startsWith(`${runId}/`))
  }

  /** The same, once there are so many at once. */
  async allHeld(runId: string, count: number): Promise<Held[]> {
    return eventually(async () => {
      const held = await this.held(runId)
      return held.length === count && held
    }, `${count} requests that are held at once`)
  }

  /** One after the other: two at once would take each other's new file away. */
  async #writeRoutes(): Promise<void> {
    this.#written = this.#written.then(async () => this.#replaceRoutes())
    return this.#written
  }

  /** The reading never sees half of it. */
  async #replaceRoutes(): Promise<void> {
    const file = join(this.installation.folder, 'routes.json')
    await writeFile(`${file}.new`, JSON.stringify({ complete: true, items: [...this.#scheduled] }))
    await rename(`${file}.new`, file)
  }

  /** How many executions have carried a run so far. */
  async executions(runId: string): Promise<number> {
    const names = await this.installation.store.list(runId)
    return names.filter((name) => name.startsWith('claimed-')).length + 1
  }

  /** Runs that hold a lease now. */
  async leaseholders(): Promise<readonly string[]> {
    const { folder } = this.installation
    const leases = openLeases(readConfig(folder), new StateFolder(folder))
    try {
      return await leases.holders()
    } finally {
      await leases.close()
    }
  }
}

function someNames(count: number): string[] {
  return Array.from({ length: count }, () => `app-${randomBytes(4).toString('hex')}`)
}

async function sourcesBelow(folder: string) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(
    paths.map(async (path) => sourceOf(join('runbooks', relative(folder, path)), await readFile(path))),
  )
}

/** A burnt key is no change. */
function isByClient({ origin, what }: JournalEntry): boolean {
  return origin === 'client' && what !== 'void'
}

function wordsOf({ what, app }: JournalEntry): string {
  return app === null ? what : `${what} ${app}`
}

/** What a run did through the door, in order, undo included: `send done`, `freezeNow-undo denied`. */
export function effectsOf({ entries }: { readonly entries: readonly RunEntry[] }): string[] {
  return entries.flatMap((entry) =>
    entry.kind === 'effect' || entry.kind === 'undo' ? [`${entry.step} ${entry.result.status}`] : [],
  )
}

/** Sends one alert to the webhook, as Alertmanager does; answers with the run that carries it. */
export async function alert(
  webhook: { readonly url: string; readonly token: string },
  labels: Readonly<Record<string, string>>,
): Promise<string> {
  const response = await fetch(`${webhook.url}/v1/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${webhook.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(messageOf([alertOf(labels)])),
  })
  const body = (await response.json()) as { alerts?: { result: string; runId?: string }[] }
  const [decided] = body.alerts ?? []
  if (decided?.result !== 'started' || decided.runId === undefined)
    throw new Error(`the alert started nothing: ${JSON.stringify(body)}`)
  return decided.runId
}
