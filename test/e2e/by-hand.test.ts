import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WorkflowFailedError } from '@temporalio/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AdmissionKeys } from '../../engine/host/admission.ts'
import { readConfig } from '../../engine/host/config.ts'
import { compileConfigured } from '../../engine/host/installation.ts'
import { stateOf } from '../../engine/host/runs.ts'
import { admit } from '../../engine/host/start-run.ts'
import type { CompiledRunbook } from '../../engine/language/catalogue.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import { ensureKey } from '../../evidence/keys.ts'
import type { Lab } from '../../lab/start-lab.ts'
import type { Plan } from '../../schemas/plan.ts'
import { QUEUES } from '../../schemas/run.ts'
import type { RunInput, SignedAdmission } from '../../schemas/run.ts'
import { badPromotion } from '../support/bad-promotion.ts'
import type { BadPromotion } from '../support/bad-promotion.ts'
import type { Installation } from '../support/installation.ts'
import { openSealed } from '../support/sealed.ts'
import { onOneStage } from '../support/stage.ts'

let lab: Lab
let installation: Installation
let compiled: CompiledRunbook
let foreign: string

onOneStage(async (stage) => {
  ;({ lab, installation } = stage)
  foreign = await mkdtemp(join(tmpdir(), 'runproof-foreign-keys-'))
  const found = (await compileConfigured(readConfig(installation.folder))).runbooks['bad-deploy']
  if (found === undefined) throw new Error('bad-deploy does not compile')
  compiled = found
})

afterAll(async () => rm(foreign, { recursive: true, force: true }))

/** An admission as this installation gives it, of which nothing is started. */
async function admission(scene: BadPromotion, keys = installation.keys): Promise<SignedAdmission> {
  const by = { user: 'somebody', host: 'test', assurance: 'self-asserted' as const }
  const start = { plan: compiled.plan, planDigest: compiled.digest, inputs: scene.route }
  return admit({ ...start, trigger: { kind: 'person', by } }, { keys, plans: installation.plans })
}

/** Starts the workflow itself, past everything that Runproof does before; answers with why it failed. */
async function startByHand(input: RunInput, workflowId = input.admission.admission.workflowId): Promise<string> {
  const handle = await installation.client.workflow.start('bad-deploy', {
    workflowId,
    taskQueue: QUEUES.runs,
    args: [input],
  })
  return handle.result().then(
    () => 'it ended well',
    (error: unknown) => (error instanceof WorkflowFailedError ? (error.cause?.message ?? '') : String(error)),
  )
}

const withoutRules = (plan: Plan): Plan => ({ ...plan, rules: [] })

describe.concurrent('G25: a workflow that is started by hand through Temporal changes nothing', () => {
  test('with a Plan without its rules, and a real admission of the whole Plan', async () => {
    const scene = await badPromotion(lab)
    const input = { plan: withoutRules(compiled.plan), admission: await admission(scene) }
    expect(await startByHand(input)).toBe('the Plan of this run is not the one that was admitted')
    expect(await scene.changes()).toEqual([])
  })

  test('with a Plan without its rules, and an admission that names it and was signed for the whole Plan', async () => {
    const scene = await badPromotion(lab)
    const plan = withoutRules(compiled.plan)
    const signed = await admission(scene)
    const changed = { ...signed, admission: { ...signed.admission, planDigest: jsonDigest(plan) } }
    expect(await startByHand({ plan, admission: changed })).toBe('this run was not admitted by this installation')
    expect(await scene.changes()).toEqual([])
  })

  test('with an admission that somebody else has signed', async () => {
    const scene = await badPromotion(lab)
    const keys = new AdmissionKeys(await ensureKey(foreign, 'admission'))
    const input = { plan: compiled.plan, admission: await admission(scene, keys) }
    expect(await startByHand(input)).toBe('this run was not admitted by this installation')
    expect(await scene.changes()).toEqual([])
  })

  test('under another workflow id, past the live run of the same key', async () => {
    const scene = await badPromotion(lab)
    const input = { plan: compiled.plan, admission: await admission(scene) }
    expect(await startByHand(input, 'bad-deploy/beside')).toBe('this admission is for another workflow')
    expect(await scene.changes()).toEqual([])
  })

  test('with an admission that is signed here, of a Plan that this installation never kept', async () => {
    const scene = await badPromotion(lab)
    const plan = withoutRules(compiled.plan)
    const { admission: unsigned } = await admission(scene)
    const signed = await installation.keys.admit({ ...unsigned, planDigest: jsonDigest(plan) })
    expect(await startByHand({ plan, admission: signed })).toContain('is not one of this installation')
    expect(await scene.changes()).toEqual([])
  })
})

describe('G25: a run that is over', () => {
  let scene: BadPromotion
  let runId: string
  let temporalRunId: string
  let input: RunInput

  beforeAll(async () => {
    scene = await badPromotion(lab)
    input = { plan: compiled.plan, admission: await admission(scene) }
    const { admission: admitted } = input.admission
    runId = admitted.runId
    const handle = await installation.client.workflow.start('bad-deploy', {
      workflowId: admitted.workflowId,
      taskQueue: QUEUES.runs,
      args: [input],
    })
    temporalRunId = handle.firstExecutionRunId
    await handle.result()
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
  })

  test('lends its admission to no second execution', async () => {
    expect(await startByHand(input)).toBe('this admission has been used by another execution')
    await expectNothingMore()
  })

  test('has no second effect when it is reset to the moment after its admission', async () => {
    const again = await resetAfterAdmission()
    const handle = installation.client.workflow.getHandle(input.admission.admission.workflowId, again)
    await expect(handle.result()).rejects.toThrow(WorkflowFailedError)
    const { entries } = await stateOf(handle)
    const effects = entries.flatMap((entry) => (entry.kind === 'effect' ? [entry.result] : []))
    expect(effects).toMatchObject([{ status: 'denied', denial: { by: 'admission' } }])
    await expectNothingMore()
  })

  async function resetAfterAdmission(): Promise<string> {
    const { workflowId } = input.admission.admission
    const { events } = await installation.client.workflow.getHandle(workflowId, temporalRunId).fetchHistory()
    const admitted = events?.findIndex((event) => event.activityTaskCompletedEventAttributes != null) ?? -1
    const task = events?.slice(admitted).find((event) => event.workflowTaskCompletedEventAttributes != null)
    const { runId: again } = await installation.client.workflowService.resetWorkflowExecution({
      namespace: installation.namespace,
      workflowExecution: { workflowId, runId: temporalRunId },
      reason: 'a person wants it again',
      requestId: runId,
      workflowTaskFinishEventId: task?.eventId ?? null,
    })
    return again ?? ''
  }

  async function expectNothingMore(): Promise<void> {
    expect(await scene.changes()).toEqual(['freeze', 'rollback'])
    const { record, verification } = await openSealed(installation, runId)
    expect(verification.verdict).toBe('verified')
    expect(record.started.workflow.temporalRunId).toBe(temporalRunId)
  }
})
