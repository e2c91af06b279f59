import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context, activityInfo } from '@temporalio/activity'
import type {
  Client,
  WorkflowHandle,
  WorkflowHandleWithFirstExecutionRunId,
  WorkflowStartOptions,
} from '@temporalio/client'
import type { RecallPartRequest } from '../../engine/core/pieces.ts'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import type { Execution } from '../../engine/host/admission.ts'
import { continueRun, keepRun, recallRun } from '../../engine/host/executions.ts'
import type { Host } from '../../engine/host/host.ts'
import { successorOf } from '../../engine/host/last-execution.ts'
import { withGroundsNamed, withWholeGrounds } from '../../engine/host/whole-grounds.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import { STARTED } from '../../evidence/start.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import { NAMES, QUEUES } from '../../schemas/run.ts'
import type {
  AdmitRequest,
  ClaimRequest,
  ContinueRequest,
  EffectRequest,
  Grounds,
  KeepRequest,
  OptionsRequest,
  Outcome,
  RunInput,
} from '../../schemas/run.ts'
import { newPlan } from '../core/nested.ts'
import { ADMISSION } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { replay } from './histories.ts'
import { openStation } from './station.ts'
import type { Station } from './station.ts'
import type { Activities } from './world.ts'

export type Practice = (input: RunInput) => Promise<{ readonly outcome: Outcome }>
export type Handle = WorkflowHandleWithFirstExecutionRunId<Practice>

/** One execution of a run, and how many events and bytes its history has. */
export interface Part {
  readonly execution: WorkflowHandle
  readonly historyLength: number
  readonly historySize: number
}

/** Workers that answer as scripts say, and hand runs over as the engine does: signed admissions, a real evidence store. */
export interface StoreStation extends Station {
  readonly store: EvidenceStore
  /** Starts the run of a construct, under its name. */
  begin(name: string, options?: Pick<WorkflowStartOptions, 'workflowExecutionTimeout'>): Promise<Handle>
  /** All executions of a run, from its first one on. */
  partsOf(handle: Handle): Promise<Part[]>
  /** What went wrong when all executions of a run were replayed. */
  replayed(handle: Handle): Promise<Error[]>
}

/** Is told on what a request rested when it was put together: by run and activity. */
type Resting = (run: string, activity: string, grounds: Grounds | undefined) => void

/** Opens such a station. */
export async function openStoreStation(
  constructs: Readonly<Record<string, Construct>>,
  resting: Resting = () => undefined,
): Promise<StoreStation> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-heavy-'))
  const keys = new AdmissionKeys(await ensureKey(folder, 'admission'))
  const store = openStore(join(folder, 'evidence'))
  const host = { store, keys, plans: { find: async () => newPlan([]) } } as unknown as Host
  const station = await openStation(constructs, (scripted) => ({
    ...atTheDoor(doorsOf(constructs), { scripted, host, resting }),
    ...handingOver(host),
  }))
  const { client, code } = station
  return {
    ...{ client, code, store },
    begin: async (name, options) => {
      const { plan } = constructs[name] as Construct
      const admission = await keys.admit({ ...ADMISSION, runId: name, workflowId: name })
      const run = { workflowId: name, taskQueue: QUEUES.runs, args: [{ plan, admission }] as [RunInput] }
      return client.workflow.start<Practice>('practice', { ...run, ...options })
    },
    partsOf: async (handle) => partsOf(client, handle),
    replayed: async (handle) => replayed(code, await partsOf(client, handle)),
    close: async () => {
      await station.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Everything that takes grounds along. */
function doorsOf(constructs: Readonly<Record<string, Construct>>): string[] {
  const contracts = Object.values(constructs).flatMap(({ plan }) => Object.values(plan.contracts))
  const changing = contracts.flatMap(({ kind, name }) => (kind === 'reading' ? [] : [name]))
  return [...new Set([...changing, NAMES.claim, NAMES.options])]
}

interface Answering {
  readonly scripted: Activities
  readonly host: Host
  readonly resting: Resting
}

/** Pieces of grounds are put together from the store, as the worker does it. */
function atTheDoor(doors: readonly string[], { scripted, host, resting }: Answering): Activities {
  const together = (name: string) => async (request: EffectRequest | ClaimRequest | OptionsRequest) => {
    const { grounds } = await withWholeGrounds(request, execution(), host)
    resting(request.admission.admission.runId, activityInfo().activityId, grounds)
    return scripted[name]?.(request as never)
  }
  return Object.fromEntries(doors.map((name) => [name, together(name)]))
}

/** The engine's own activities by which a run is handed over. */
function handingOver(host: Host): Activities {
  const successor = async ({ workflowId, temporalRunId }: Execution) =>
    successorOf(Context.current().client.workflow.getHandle(workflowId, temporalRunId))
  return {
    [NAMES.admit]: async ({ admission: { admission } }: AdmitRequest) => {
      const start: StartRecord = {
        ...{ runId: admission.runId, workflow: execution(), admissionDigest: DIGEST, planDigest: DIGEST },
        ...{ catalogueDigest: DIGEST, admitted: true, at: admission.admittedAt },
      }
      await host.store.putOnce(admission.runId, STARTED, jsonBytes(start))
      return { admitted: true }
    },
    [NAMES.keep]: async (request: KeepRequest) => keepRun(request, execution(), host),
    [NAMES.continue]: async (request: ContinueRequest) => continueRun(request, execution(), { host, successor }),
    [NAMES.recall]: async (request: RecallPartRequest) => {
      const kept = await recallRun(request, execution(), host)
      const { runId } = request.admission.admission
      return request.at === undefined ? kept : withGroundsNamed(kept, runId, host.store)
    },
  }
}

const DIGEST = `sha256:${createHash('sha256').update('').digest('hex')}`

function execution(): Execution {
  const { workflowExecution, workflowNamespace } = activityInfo()
  const { workflowId = '', runId: temporalRunId = '' } = workflowExecution ?? {}
  return { namespace: workflowNamespace ?? '', workflowId, temporalRunId }
}

/** By Temporal's own record of how each one ended: what lists of workflows show comes later. */
async function partsOf(client: Client, { workflowId, firstExecutionRunId }: Handle): Promise<Part[]> {
  const parts: Part[] = []
  for (let runId: string | undefined = firstExecutionRunId; runId !== undefined;) {
    const part = client.workflow.getHandle(workflowId, runId)
    const { historyLength, historySize = 0 } = await part.describe()
    parts.push({ execution: part, historyLength, historySize })
    runId = await successorOf(part)
  }
  return parts
}

async function replayed(code: string, parts: readonly Part[]): Promise<Error[]> {
  const errors: Error[] = []
  for (const part of parts) {
    const error = await replay(code, await part.execution.fetchHistory())
    if (error !== undefined) errors.push(error)
  }
  return errors
}
