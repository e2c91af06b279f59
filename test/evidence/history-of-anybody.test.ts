import { readFileSync } from 'node:fs'
import type { WorkflowHandle } from '@temporalio/client'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { expect, test } from 'vitest'
import { historyOf } from '../../engine/host/history.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { indexOf, parseEvents } from '../../evidence/history-events.ts'
import type { HistoryFacts } from '../../schemas/evidence.ts'

const DONE = new URL('../replay/histories/done.json', import.meta.url)
const WORKFLOW = { namespace: 'default', workflowId: 'done', temporalRunId: 'first' }
const base64 = (text: string) => Buffer.from(text).toString('base64')

interface Recorded {
  readonly events: { activityTaskCompletedEventAttributes?: { result?: unknown } }[]
}

/** The history of a run, of which somebody has completed the first activity by hand. */
async function completedByHand(encoding: string, data: string): Promise<HistoryFacts> {
  const recorded = JSON.parse(readFileSync(DONE, 'utf8')) as Recorded
  const end = recorded.events.find((event) => event.activityTaskCompletedEventAttributes !== undefined)
  end!.activityTaskCompletedEventAttributes!.result = {
    payloads: [{ metadata: { encoding: base64(encoding) }, data: base64(data) }],
  }
  const history = historyFromJSON(recorded)
  return historyOf({ fetchHistory: async () => history } as WorkflowHandle, WORKFLOW)
}

test.each([
  ['bytes', 'binary/plain', 'abc'],
  ['another encoding', 'json/protobuf', '{}'],
  ['no JSON', 'json/plain', '{bad'],
  ['a number that JSON cannot carry', 'json/plain', '{"a":1e400}'],
  ['half a character', 'json/plain', '"\\ud800"'],
])('G27: %s that somebody completes an activity with keeps no run from being sealed', async (_what, encoding, data) => {
  const { raw, workflow, ...index } = await completedByHand(encoding, data)
  expect(JSON.parse(String(jsonBytes(index)))).toEqual(indexOf(parseEvents(jsonBytes(raw))))
  expect(index.activities[0]).not.toHaveProperty('result')
  expect(workflow).toEqual(WORKFLOW)
})
