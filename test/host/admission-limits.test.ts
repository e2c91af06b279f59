import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { admittedPlan } from '../../engine/host/admission.ts'
import { admitRun } from '../../engine/host/admit.ts'
import { continueRun, currentExecution, keepRun, recallRun } from '../../engine/host/executions.ts'
import { LARGEST_VALUE, withinSize } from '../../engine/host/spill.ts'
import { readStart } from '../../engine/host/door/records.ts'
import { digestOf } from '../../evidence/digest.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { AdmissionResult, SignedAdmission } from '../../schemas/run.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

const NOTE = '  - { id: note, do: practice.writeNote, with: { text: a note }, leaves: the note stays }\n'
const INPUTS = { environment: 'production', app: 'shop' }
const CLOUD: Record<string, string> = {
  'cloudy.yaml': (runbookOf('cloudy', NOTE)['cloudy.yaml'] ?? '').replace(
    'owner: on-call',
    'owner: on-call\ntopology: [multi-host]',
  ),
}

let practice: Practice
beforeEach(async () => {
  practice = await Practice.open({ files: { ...runbookOf('note', NOTE), ...CLOUD } })
  expect(practice.host.catalogue.diagnostics).toEqual([])
})
afterEach(async () => practice.close())

const executionOf = (signed: SignedAdmission, temporalRunId = 'first') => ({
  namespace: 'default',
  workflowId: signed.admission.workflowId,
  temporalRunId,
})

async function admit(signed: SignedAdmission, host = practice.host): Promise<AdmissionResult> {
  const plan = practice.host.catalogue.runbooks[signed.admission.runbook]?.plan
  if (plan === undefined) throw new Error('no such runbook')
  return admitRun({ admission: signed, plan }, executionOf(signed), host)
}

const refused = (what: string) => ({
  admitted: false,
  denial: { by: 'admission', message: expect.stringContaining(what) as unknown },
})

describe('an admission is refused, by name and on record,', () => {
  test('G29: where the worker has nothing but the contract of an action', async () => {
    const definitions = new Map([...practice.host.definitions].filter(([name]) => name !== 'practice.writeNote'))
    const signed = await practice.admission('note', { inputs: INPUTS })
    expect(await admit(signed, { ...practice.host, definitions })).toMatchObject(refused('`practice.writeNote`'))
    const start = await readStart(practice.host.store, signed.admission.runId)
    expect(start).toMatchObject({ admitted: false })
  })

  test('G29: not where only a rule asks for a reading without an adapter: that one is unknown, and denies', async () => {
    const definitions = new Map([...practice.host.definitions].filter(([name]) => name !== 'practice.health'))
    const signed = await practice.admission('note', { inputs: INPUTS })
    expect(await admit(signed, { ...practice.host, definitions })).toEqual({ admitted: true })
  })

  test.each([
    ['another topology', ['single-host'], false],
    ['one of which nothing is said', [], false],
    ['its own', ['single-host', 'multi-host'], true],
  ])('G29: where the runbook is for a topology; on %s', async (_where, topology, admitted) => {
    const signed = await practice.admission('cloudy', { inputs: INPUTS })
    const host = { ...practice.host, config: { ...practice.host.config, topology } }
    expect(await admit(signed, host)).toMatchObject(admitted ? { admitted } : refused('multi-host'))
  })

  test('G25: where it was not used within a day', async () => {
    const { admission } = await practice.admission('note', { inputs: INPUTS })
    const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString()
    const aged = async (hours: number) =>
      practice.host.keys.admit({ ...admission, runId: `${admission.runId}-${hours}`, admittedAt: ago(hours) })
    expect(await admit(await aged(25))).toMatchObject(refused('24 hours'))
    expect(await admit(await aged(23))).toEqual({ admitted: true })
  })
})

describe('a run that goes on in another execution', () => {
  /** Temporal’s word on what came after `first`. */
  const by = (next: string | undefined) => ({ host: practice.host, successor: async () => next })

  async function kept(): Promise<SignedAdmission> {
    const signed = await practice.admission('note', { inputs: INPUTS })
    await admit(signed)
    const handed = { admission: signed, number: 1, entries: [], values: { undo: 1 } }
    await keepRun(handed, executionOf(signed), practice.host)
    return signed
  }

  test('G25: is taken over by the execution that Temporal itself began, and by no other; the old one is out', async () => {
    const signed = await kept()
    const request = { admission: signed, number: 1 }
    const second = executionOf(signed, 'second')
    expect(await continueRun(request, executionOf(signed, 'by-hand'), by('second'))).toMatchObject({ continued: false })
    expect(await continueRun(request, second, by(undefined))).toMatchObject({ continued: false })
    expect(await admittedPlan(signed, second, practice.host)).toHaveProperty('foreign')
    expect(await continueRun(request, second, by('second'))).toEqual({ continued: true })
    expect(await continueRun(request, second, by('second'))).toEqual({ continued: true })
    expect(await continueRun(request, executionOf(signed, 'third'), by('third'))).toMatchObject({ continued: false })
    expect(await admittedPlan(signed, second, practice.host)).toHaveProperty('plan')
    expect(await admittedPlan(signed, executionOf(signed), practice.host)).toHaveProperty('foreign')
    expect(await recallRun(request, second, practice.host)).toEqual({ undo: 1 })
    const start = await readStart(practice.host.store, signed.admission.runId)
    expect(start && (await currentExecution(practice.host.store, start))).toBe('second')
  })

  test('G25: is not taken over where nothing was handed over', async () => {
    const signed = await practice.admission('note', { inputs: INPUTS })
    await admit(signed)
    const request = { admission: signed, number: 1 }
    expect(await continueRun(request, executionOf(signed, 'second'), by('second'))).toMatchObject({ continued: false })
    const handed = { ...request, entries: [], values: {} }
    await expect(keepRun(handed, executionOf(signed, 'other'), practice.host)).rejects.toThrow('another execution')
  })
})

describe('a value', () => {
  const record = (value: string): FactRecord => ({
    fact: 'big',
    action: 'practice.big',
    input: {},
    authority: 'authoritative',
    value: { text: value },
    roundTrip: true,
    source: 'test',
    readAt: new Date().toISOString(),
  })

  test('G10: that is too large is unknown, and lies whole in the evidence by its digest', async () => {
    const { store } = practice.host
    const large = record('x'.repeat(LARGEST_VALUE))
    const spilled = await withinSize(large, store, 'run-1')
    expect(spilled.value).toBeUndefined()
    expect(spilled.unknown).toMatchObject({ reason: 'too-large' })
    const [name = ''] = await store.list('run-1')
    const bytes = await store.read('run-1', name)
    expect(JSON.parse(bytes?.toString() ?? '')).toEqual(large.value)
    expect(spilled.unknown?.detail).toContain(digestOf(bytes ?? ''))
  })

  test('G10: that is not too large stays as it is', async () => {
    const fits = record('x'.repeat(LARGEST_VALUE - 100))
    expect(await withinSize(fits, practice.host.store, 'run-1')).toBe(fits)
    expect(await practice.host.store.list('run-1')).toEqual([])
  })
})
