import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import type { JsonObject } from '../../../schemas/json.ts'
import type { RunState } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { findRun, stateOf } from '../../host/runs.ts'
import { admit, begin } from '../../host/start-run.ts'
import { StateFolder } from '../../host/state-folder.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../host/temporal.ts'
import type { CompiledRunbook } from '../../language/catalogue.ts'
import { makeNamespace } from '../../services/index.ts'
import { identity } from '../identity.ts'
import { admitting } from '../station.ts'
import { say } from '../terminal.ts'
import type { Cleanup } from '../up/cleanup.ts'
import { endOf } from '../end-of.ts'
import { makeFolder } from './folder.ts'
import type { Tried } from './folder.ts'
import type { Practice } from './practice.ts'

/** Where an installation for scenarios stands. */
export interface Ground {
  readonly practice: Practice
  /** The address of a Temporal server; the installation has a namespace of its own there. */
  readonly temporal: string
  /** A folder in which each installation makes its own; whoever made it removes it. */
  readonly scratch: string
  /** Takes down what is still up when the work is cut off. */
  readonly cleanup: Cleanup
}

const PROGRAMS = ['host/worker-process.ts', 'host/sealing-process.ts']

/** How long a run on the lab may take: its bounds are short there. */
const RUN_WITHIN_MS = 180_000

/** An installation of its own for scenarios: a catalogue, keys, a namespace, a worker and a sealing process. */
export class LabInstallation {
  readonly folder: string
  readonly #client: Client
  readonly #children: ChildProcess[] = []
  #stopping: Promise<void> | undefined

  private constructor(folder: string, client: Client) {
    this.folder = folder
    this.#client = client
  }

  /** Puts it up whole, or throws. */
  static async open(tried: Tried, ground: Ground): Promise<LabInstallation> {
    const { temporal: address, cleanup } = ground
    const folder = await makeFolder(tried, ground)
    const namespace = `runproof-lab-${randomBytes(4).toString('hex')}`
    await makeNamespace({ address, namespace, searchAttributes: SEARCH_ATTRIBUTES, say })
    const installation = new LabInstallation(folder, await connectTemporal({ address, namespace }))
    cleanup.after(async () => installation.stop())
    // The worker makes the keys that the sealing process reads.
    for (const program of PROGRAMS) await installation.#start(program, ['--address', address, '--namespace', namespace])
    return installation
  }

  /** Admits and begins a run of this Plan, which need not be one of the installation's catalogue; answers with its id. */
  async begin({ plan, digest }: CompiledRunbook, inputs: JsonObject): Promise<string> {
    const trigger = { kind: 'person' as const, by: identity() }
    if (this.#stopping !== undefined) throw new Error('the installation is being taken down')
    const host = await admitting(new StateFolder(this.folder))
    const { runId } = await begin(this.#client, plan, await admit({ plan, planDigest: digest, inputs, trigger }, host))
    return runId
  }

  async state(runId: string): Promise<RunState> {
    return stateOf(await findRun(this.#client, runId))
  }

  /** The run as soon as it is as wanted; throws where that does not come. */
  async until(runId: string, wanted: (state: RunState) => boolean): Promise<RunState> {
    const handle = await findRun(this.#client, runId)
    const end = performance.now() + RUN_WITHIN_MS
    for (;;) {
      const state = await stateOf(handle)
      if (wanted(state)) return state
      if (performance.now() > end) throw new Error(`the run is still ${state.phase} after ${RUN_WITHIN_MS / 1000} s`)
      await wait(100)
    }
  }

  /** Ends its processes and removes its folder; may be called again. */
  async stop(): Promise<void> {
    this.#stopping ??= this.#end()
    return this.#stopping
  }

  async #end(): Promise<void> {
    await Promise.all(this.#children.map(endOf))
    await this.#client.connection.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #start(program: string, args: readonly string[]): Promise<void> {
    const path = fileURLToPath(new URL(`../../${program}`, import.meta.url))
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] satisfies ['ignore', 'ignore', 'pipe', 'ipc']
    const child = fork(path, [...args], { cwd: this.folder, detached: true, execArgv: [], stdio })
    this.#children.push(child)
    let said = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-2_000)))
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => undefined)])
    if (ready === undefined) throw new OperatorError('RP0107', `${program} did not start`, said.trim())
  }
}
