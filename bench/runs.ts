import { userInfo } from 'node:os'
import { ensureKey } from '../evidence/keys.ts'
import { AdmissionKeys } from '../engine/host/admission.ts'
import { readConfig } from '../engine/host/config.ts'
import { compileConfigured } from '../engine/host/installation.ts'
import { PlanArchive } from '../engine/host/plan-archive.ts'
import { admit, begin } from '../engine/host/start-run.ts'
import { StateFolder } from '../engine/host/state-folder.ts'
import type { JsonObject } from '../schemas/json.ts'
import type { Outcome, SealResult, Trigger } from '../schemas/run.ts'
import type { Stage } from './stage.ts'

/** A run that has ended and is sealed. */
export interface Ended {
  readonly workflowId: string
  readonly outcome: Outcome
  readonly sealed: SealResult
}

/** Carries out a runbook from its start to its sealed bundle. */
export type CarryOut = (runbook: string, inputs: JsonObject) => Promise<Ended>

/** Makes the function that carries out runs as a person of this machine would. */
export async function openRuns(stage: Stage): Promise<CarryOut> {
  const start = await openStarter(stage)
  return async (runbook, inputs) => endOf(stage, await start(runbook, inputs))
}

/** Starts a run, and answers with its workflow id. */
export type StartRun = (runbook: string, inputs: JsonObject, trigger?: Trigger) => Promise<string>

/** Opens the installation for starting runs. The catalogue is compiled once, before anything is measured. */
export async function openStarter({ folder, client }: Pick<Stage, 'folder' | 'client'>): Promise<StartRun> {
  const { runbooks } = await compileConfigured(readConfig(folder))
  const state = new StateFolder(folder)
  const admitting = {
    keys: new AdmissionKeys(await ensureKey(state.keys, 'admission')),
    plans: new PlanArchive(state.plans),
  }
  const by = { user: userInfo().username, host: 'bench', assurance: 'self-asserted' } as const
  const byPerson: Trigger = { kind: 'person', by }
  return async (runbook, inputs, trigger = byPerson) => {
    const compiled = runbooks[runbook]
    if (compiled === undefined) throw new Error(`the runbook ${runbook} does not compile`)
    const { plan, digest: planDigest } = compiled
    const { workflowId } = await begin(client, plan, await admit({ plan, planDigest, inputs, trigger }, admitting))
    return workflowId
  }
}

/** Waits until the newest run of a workflow id is sealed. */
export async function endOf({ client }: Pick<Stage, 'client'>, workflowId: string): Promise<Ended> {
  const result = (await client.workflow.getHandle(workflowId).result()) as Omit<Ended, 'workflowId'>
  return { workflowId, ...result }
}

/** Throws where a run did something else than what is measured: its figures would mean nothing. */
export function mustEndAs({ workflowId, outcome }: Ended, name: string): void {
  if (outcome.name !== name)
    throw new Error(`${workflowId} ended as ${outcome.name}, not as ${name}: ${outcome.message}`)
}
