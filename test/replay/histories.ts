import { existsSync, readdirSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import type { History } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { format } from 'prettier'
import type { RunInput } from '../../schemas/run.ts'

/** The part of a history that tests change; the rest is kept as it is. */
export interface RecordedHistory {
  readonly events: readonly {
    readonly eventType: string
    readonly workflowExecutionStartedEventAttributes?: { readonly input: { readonly payloads: { data: string }[] } }
    readonly activityTaskScheduledEventAttributes?: { activityId: string }
  }[]
}

const fileOf = (name: string) => fileURLToPath(new URL(`histories/${name}.json`, import.meta.url))

/** The names of all histories that were recorded. */
export function recordedNames(): string[] {
  const files = readdirSync(fileURLToPath(new URL('histories', import.meta.url)))
  return files.map((file) => file.replace(/\.json$/, '')).sort()
}

/** Keeps a history for ever; no path of a machine belongs into it. */
export async function keep(name: string, history: History): Promise<void> {
  const withoutStacks = (key: string, value: unknown) => (key === 'stackTrace' ? '' : value)
  const json = JSON.stringify(JSON.parse(historyToJSON(history)), withoutStacks, 2)
  await writeFile(fileOf(name), await format(json, { parser: 'json', printWidth: 120 }))
}

/** A history as it was recorded. Throws where it is missing. */
export async function recordedHistory(name: string): Promise<RecordedHistory> {
  const file = fileOf(name)
  if (!existsSync(file)) throw new Error(`${file} is missing: record it with UPDATE=1 and test/replay`)
  return JSON.parse(await readFile(file, 'utf8')) as RecordedHistory
}

/** Replays a history on a bundle, without a server; answers with what went wrong, if anything did. */
export async function replay(code: string, history: RecordedHistory | History): Promise<Error | undefined> {
  const histories = [{ workflowId: 'replayed', history: history as History }]
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { code } }, histories)) return error
  throw new Error('nothing was replayed')
}

/** The history of a run with another input, so that the interpreter does something else than what was recorded. */
export function withInput(history: RecordedHistory, change: (input: RunInput) => RunInput): RecordedHistory {
  const changed = structuredClone(history)
  const [payload] = changed.events[0]?.workflowExecutionStartedEventAttributes?.input.payloads ?? []
  if (payload === undefined) throw new Error('this history has no input')
  const input = JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8')) as RunInput
  payload.data = Buffer.from(JSON.stringify(change(input))).toString('base64')
  return changed
}

/** The history of a run whose first activity has another id. */
export function withOtherActivity(history: RecordedHistory): RecordedHistory {
  const changed = structuredClone(history)
  const scheduled = changed.events.find((event) => event.activityTaskScheduledEventAttributes !== undefined)
  if (scheduled?.activityTaskScheduledEventAttributes === undefined) throw new Error('this history has no activity')
  scheduled.activityTaskScheduledEventAttributes.activityId = 'another'
  return changed
}
