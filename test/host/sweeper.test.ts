import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { Client, Connection } from '@temporalio/client'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { SealingOffice } from '../../engine/host/sealing.ts'
import { sweep } from '../../engine/host/sweeper.ts'
import { jsonBytes, jsonDigest } from '../../evidence/digest.ts'
import { ensureKey, publicKeyOf } from '../../evidence/keys.ts'
import { STARTED } from '../../evidence/start.ts'
import type { SignedAdmission } from '../../schemas/run.ts'
import { services } from '../support/services.ts'
import { Practice } from './practice.ts'

let connection: Connection
let client: Client
let practice: Practice

beforeAll(async () => {
  const { address, namespace } = services().temporal
  connection = await Connection.connect({ address })
  client = new Client({ connection, namespace })
})
afterAll(async () => connection.close())
beforeEach(async () => {
  practice = await Practice.open()
})
afterEach(async () => practice.close())

async function office(): Promise<SealingOffice> {
  const { store, keys, config, log } = practice.host
  const signer = await ensureKey(join(practice.folder, '.runproof', 'keys'), 'sealing')
  const sealing = {
    store,
    signer,
    admissionKeys: [publicKeyOf(keys.publicPem, 'admission')],
    custody: 'same-user' as const,
  }
  return { sealing, client, catalogue: config.catalogue, log }
}

/** Writes the start of a run, as its first activity does. */
async function recordStart(signed: SignedAdmission, temporalRunId: string): Promise<void> {
  const { runId, workflowId, planDigest, catalogueDigest } = signed.admission
  const workflow = { namespace: services().temporal.namespace, workflowId, temporalRunId }
  const at = new Date().toISOString()
  const start = {
    runId,
    workflow,
    admissionDigest: jsonDigest(signed),
    planDigest,
    catalogueDigest,
    admitted: true,
    at,
  }
  await practice.host.store.putOnce(runId, STARTED, jsonBytes(start))
}

/** A run that somebody terminates before any worker sees it. */
async function terminated(): Promise<string> {
  const signed = await practice.admission('switch', {
    inputs: { environment: randomUUID(), app: 'shop', to: `sha256:${'0'.repeat(64)}` },
  })
  const plan = await practice.host.plans.find(signed.admission.planDigest)
  const handle = await client.workflow.start('switch', {
    workflowId: signed.admission.workflowId,
    taskQueue: `nobody-${randomUUID()}`,
    args: [{ plan, admission: signed }],
  })
  await recordStart(signed, handle.firstExecutionRunId)
  await handle.terminate('by hand')
  return signed.admission.runId
}

test('G27: a run that was terminated is sealed by the sweeper, with gaps, and once', async () => {
  const runId = await terminated()
  expect(await sweep(await office())).toEqual([runId])
  expect(await practice.host.store.bundles()).toEqual([runId])
  expect(await sweep(await office())).toEqual([])
})

test('G27: a run that was sealed while the sweeper looked around is left alone', async () => {
  const runId = await terminated()
  const { store } = practice.host
  const ready = await office()
  let asked = 0
  // The sweeper's first look comes before the other sealing, its second one after it.
  const bundles = async () => {
    asked += 1
    const there = await store.bundles()
    if (asked === 1) expect(await sweep(await office())).toEqual([runId])
    return there
  }
  const late = { ...ready, sealing: { ...ready.sealing, store: { ...store, bundles } } }
  expect(await sweep(late)).toEqual([])
})

test('G27: a run of which Temporal knows nothing, or whose start is no record, keeps no other from being sealed', async () => {
  const lost = await practice.admission()
  await recordStart(lost, randomUUID())
  await practice.host.store.putOnce('a-run-with-a-broken-start', STARTED, Buffer.from('{'))
  const runId = await terminated()
  expect(await sweep(await office())).toEqual([runId])
})
