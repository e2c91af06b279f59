import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cut } from '../../engine/core/pieces.ts'
import { keepRun, recallRun } from '../../engine/host/executions.ts'
import { admitRun } from '../../engine/host/admit.ts'
import { parseContinued } from '../../evidence/continued.ts'
import type { KeepRequest, SignedAdmission } from '../../schemas/run.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

const NOTE = '  - { id: note, do: practice.writeNote, with: { text: a note }, leaves: the note stays }\n'

let practice: Practice
let admission: SignedAdmission
beforeEach(async () => {
  practice = await Practice.open({ files: runbookOf('note', NOTE) })
  admission = await practice.admission('note', { inputs: { environment: 'production', app: 'shop' } })
  const plan = practice.host.catalogue.runbooks['note']?.plan
  if (plan === undefined) throw new Error('no such runbook')
  await admitRun({ admission, plan }, execution(), practice.host)
})
afterEach(async () => practice.close())

const execution = (temporalRunId = 'first') => ({
  ...{ namespace: 'default', temporalRunId },
  workflowId: admission.admission.workflowId,
})
const keep = async (more: Partial<KeepRequest> & { piece?: string }, by = execution()) =>
  keepRun({ admission, number: 0, entries: [], values: {}, ...more }, by, practice.host)
const recall = async (more: object) => recallRun({ admission, number: 0, ...more }, execution(), practice.host)

test('what was kept in pieces is put together as it was, under the number that the execution gives', async () => {
  const own = { entries: [{ seq: 0, text: '😀'.repeat(200_000) }], values: { completed: [], facts: [] } }
  const pieces: string[] = []
  for (const piece of cut(JSON.stringify(own))) pieces.push(...Object.values(await keep({ piece })))
  expect(pieces.length).toBeGreaterThan(1)
  await keep({ number: 1, values: { pieces } })
  const bytes = await practice.host.store.read(admission.admission.runId, 'continued-1.json')
  expect(parseContinued(bytes ?? Buffer.alloc(0))).toMatchObject({ number: 1, from: 'first', ...own })
  expect(await recall({ piece: pieces[0] })).toEqual({ piece: cut(JSON.stringify(own))[0] })
})

test('of steps that are too much for one answer, their grounds are left out, and had one by one', async () => {
  const record = { fact: 'owner', value: 'x'.repeat(200_000) }
  const facts = Array.from({ length: 8 }, (_, at) => ({ record, activity: `a${at}`, keyid: '', signature: '' }))
  const grounds = (at: number) => ({ facts: { owner: at }, decisions: {}, votes: [] })
  const completed = facts.map((_, at) => ({
    ...{ step: `s${at}`, now: 'stands' },
    undo: { action: 'x', input: {}, grounds: grounds(at) },
  }))
  await keep({ number: 1, values: { completed, facts } })
  const all = JSON.stringify(await recall({ number: 1 }))
  expect(all.length).toBeLessThan(10_000)
  expect(all).toContain('"kept":{"number":1,"at":7}')
  expect(await recall({ number: 1, at: 7 })).toMatchObject({ facts: [facts[7]], completed: [{ step: 's7' }] })
})

test('a piece is had only by its digest, as it was kept', async () => {
  const [[name, digest] = ['', '']] = Object.entries(await keep({ piece: 'one' }))
  await expect(recall({ piece: '../started' })).rejects.toThrow('named by a digest')
  await expect(recall({ piece: digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')) })).rejects.toThrow(
    'not kept',
  )
  await writeFile(join(practice.host.store.dir, 'intake', admission.admission.runId, name), '"another"')
  await expect(recall({ piece: digest })).rejects.toThrow('not what it is named after')
})

test('G25: only the execution that carries the run keeps pieces of it', async () => {
  await expect(keep({ piece: 'one' }, execution('other'))).rejects.toThrow('another execution')
})
