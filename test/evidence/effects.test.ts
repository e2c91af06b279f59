import { rm } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { digestOf, jsonBytes } from '../../evidence/digest.ts'
import { effectFiles, openIntents, recordEffect } from '../../evidence/effects.ts'
import { EvidenceConflict, EvidenceError } from '../../evidence/errors.ts'
import { openStore } from '../../evidence/store.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { Settled } from '../../schemas/evidence.ts'
import { intentOf, receiptOf, temporaryFolder } from './fixture.ts'

let store: EvidenceStore
beforeEach(async () => {
  store = openStore(await temporaryFolder())
})
afterEach(async () => rm(store.dir, { recursive: true }))

const passes = async () => effectFiles(store, 'run-1', 'rollback')
const open = async () => openIntents(await passes()).map(({ activity, attempt }) => `${activity}@${attempt}`)

function settledAs(state: Settled['state'], intentDigest: string): Settled {
  return { runId: 'run-1', step: 'rollback', activity: 'rollback', attempt: 1, at: 't', state, intentDigest }
}

test('G5: an intent is a file of its pass, named and digested as it returns through the history', async () => {
  const { name, digest } = await recordEffect(store, 'intent', intentOf('run-1'))
  expect(name).toBe('rollback@1.intent.json')
  expect(digest).toBe(digestOf((await store.read('run-1', name)) ?? ''))
})

test('G5: a pass writes each of its files once', async () => {
  await recordEffect(store, 'intent', intentOf('run-1'))
  await recordEffect(store, 'intent', intentOf('run-1'))
  await expect(recordEffect(store, 'intent', { ...intentOf('run-1'), input: {} })).rejects.toThrow(EvidenceConflict)
})

test('the passes of a step are found over all rounds, in order, and not those of another step', async () => {
  for (const activity of ['rollback#10', 'rollback#2', 'rollback', 'rollbackMore']) {
    await recordEffect(store, 'intent', { ...intentOf('run-1', 11), activity })
    await recordEffect(store, 'intent', { ...intentOf('run-1', 2), activity })
  }
  await store.putOnce('run-1', 'started.json', jsonBytes({}))
  expect((await passes()).map(({ activity, attempt }) => `${activity}@${attempt}`)).toEqual([
    'rollback@2',
    'rollback@11',
    'rollback#2@2',
    'rollback#2@11',
    'rollback#10@2',
    'rollback#10@11',
  ])
})

test('G1: an intent is open until a receipt of any attempt names it', async () => {
  const { digest } = await recordEffect(store, 'intent', intentOf('run-1'))
  expect(await open()).toEqual(['rollback@1'])
  await recordEffect(store, 'receipt', receiptOf('run-1', digest, 2))
  expect(await open()).toEqual([])
})

test('G1: an intent is closed by the word that nothing happened, and by no other', async () => {
  const { digest } = await recordEffect(store, 'intent', intentOf('run-1'))
  await recordEffect(store, 'settled', settledAs('not-done', digest))
  expect(await open()).toEqual([])
})

test.each(['done', 'unknown'] as const)(
  'G1: an intent that was settled as %s stays open until its receipt',
  async (state) => {
    const { digest } = await recordEffect(store, 'intent', intentOf('run-1'))
    await recordEffect(store, 'settled', settledAs(state, digest))
    expect(await open()).toEqual(['rollback@1'])
  },
)

test('G1: a receipt for another intent closes nothing', async () => {
  await recordEffect(store, 'intent', intentOf('run-1'))
  await recordEffect(store, 'receipt', receiptOf('run-1', digestOf('another')))
  expect(await open()).toEqual(['rollback@1'])
})

test('a record that cannot be read is an error, never an absence', async () => {
  await store.putOnce('run-1', 'rollback@1.intent.json', Buffer.from('{"runId":"run-1"}'))
  await expect(passes()).rejects.toThrow(EvidenceError)
})

test('a record under the name of another pass is an error', async () => {
  await store.putOnce('run-1', 'rollback@2.intent.json', jsonBytes(intentOf('run-1')))
  await expect(passes()).rejects.toThrow(EvidenceError)
})
