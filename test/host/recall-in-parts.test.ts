import { afterEach, beforeEach, expect, test } from 'vitest'
import { thaw } from '../../engine/core/snapshot.ts'
import { admitRun } from '../../engine/host/admit.ts'
import { keepRun, recallRun } from '../../engine/host/executions.ts'
import type { JsonObject } from '../../schemas/json.ts'
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

const execution = () => ({
  ...{ namespace: 'default', temporalRunId: 'first' },
  workflowId: admission.admission.workflowId,
})
const keep = async (more: Pick<KeepRequest, 'number' | 'values'>) =>
  keepRun({ admission, entries: [], ...more }, execution(), practice.host)
const recall = async (more: object) => recallRun({ admission, number: 0, ...more }, execution(), practice.host)

test('G24: what was done is had in as many answers as it takes, and none is too big for Temporal', async () => {
  const big = 'x'.repeat(500_000)
  const grounds = { facts: {}, decisions: {}, votes: [] }
  const completed = Array.from({ length: 5 }, (_, at) => ({
    ...{ step: `s${at}`, now: 'stands' },
    undo: { action: 'x', input: { text: at === 3 ? big.repeat(5) : big }, grounds },
  }))
  await keep({ number: 1, values: { completed, facts: [] } })
  const answers: JsonObject[] = []
  for (let from: number | undefined = 0; from !== undefined;) {
    const answer: JsonObject = await recall({ number: 1, from })
    answers.push(answer)
    from = answer['next'] as number | undefined
  }
  expect(answers.map((answer) => thaw(answer).map(({ step }) => step))).toEqual([
    ['s0', 's1'],
    ['s2', 's3', 's4'],
  ])
  expect(Math.max(...answers.map((answer) => JSON.stringify(answer).length))).toBeLessThan(1_900_000)
  expect(thaw(answers[1] ?? {})[1]?.undo).toEqual({ unknown: 'its inputs have 3 MB, which is too much to look up' })
  // Whoever does not know of parts is answered as ever.
  expect(thaw(await recall({ number: 1 }))).toHaveLength(5)
})
