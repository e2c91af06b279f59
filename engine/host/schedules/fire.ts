import { canonical } from '../../../schemas/canonical.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Trigger } from '../../../schemas/run.ts'
import { timesBetween } from '../../language/cron.ts'
import { handleOnce } from '../occurrences.ts'
import type { Handled, Handling } from '../occurrences.ts'
import { checkInputs } from '../run-inputs.ts'
import { itemsOf } from './items.ts'
import type { Reading } from './items.ts'
import { isDone, knownSince, rememberDone } from './memory.ts'
import type { Schedule } from './schedule.ts'

/** What schedules are fired with. */
export interface Firing extends Handling, Reading {}

/** What was decided about one item at one time of a schedule; `failed` where nobody could say which items there are. */
export interface ScheduledStart {
  readonly runbook: string
  readonly time: string
  readonly item: string
  readonly result: Handled['result'] | 'refused' | 'failed'
  readonly runId?: string
  readonly detail?: string
}

/** A time that was missed for longer than this is not made up for. */
export const CATCH_UP_MS = 3_600_000

/** How long Temporal has to take one start. */
const START_WITHIN_MS = 5_000

/**
 * Starts what a schedule asks for at the newest of its times that is due, and was not decided before: the list is read now, and each
 * item is an occurrence of its own. Of several times that were missed, only the newest counts.
 */
export async function fireDue(schedule: Schedule, nowMs: number, firing: Firing): Promise<ScheduledStart[]> {
  const from = Math.max(await knownSince(firing.store, schedule.key, nowMs), nowMs - CATCH_UP_MS)
  const due = timesBetween(schedule.cron, from, nowMs).at(-1)
  if (due === undefined) return []
  const time = new Date(due).toISOString().replace('.000Z', 'Z')
  if (await isDone(firing.store, schedule.key, time)) return []
  const read = await itemsOf(schedule.trigger, firing)
  const at = { runbook: schedule.plan.runbook.id, time }
  if ('unknown' in read) return [{ ...at, item: '', result: 'failed', detail: read.unknown }]
  const starts: ScheduledStart[] = []
  for (const item of read.items) starts.push({ ...at, ...(await startItem(schedule, { time, item }, firing)) })
  await rememberDone(firing.store, schedule.key, time)
  return starts
}

/** Throws where it cannot be decided now: the whole time is tried again, and what was started is then found as handled. */
async function startItem(
  { key, plan, digest, trigger }: Schedule,
  { time, item }: { time: string; item: JsonObject },
  firing: Firing,
): Promise<Omit<ScheduledStart, 'runbook' | 'time'>> {
  const given = mapped(trigger.map, item)
  const name = Object.values(given).map(textOf).join('/')
  const checked = checkInputs(plan, given)
  if ('problems' in checked) return { item: name, result: 'refused', detail: checked.problems.join('; ') }
  const asked: Trigger = { kind: 'schedule', occurrence: `${time}|${name}`, item, mode: trigger.mode }
  const start = { plan, planDigest: digest, inputs: checked.inputs, trigger: asked }
  const { coolDownMs } = trigger
  const occurrence = {
    key: [key, time, canonical(given)].join('|'),
    ...(coolDownMs === undefined ? {} : { coolDownMs }),
  }
  const handled = await firing.client.withDeadline(Date.now() + START_WITHIN_MS, async () =>
    handleOnce(occurrence, start, firing),
  )
  if (handled.result !== 'cooling-down') return { item: name, ...handled }
  return { item: name, result: handled.result, detail: `until ${handled.until}` }
}

/** Fields of the item reach inputs by the trigger's mapping alone. */
function mapped(map: Readonly<Record<string, string>>, item: JsonObject): Record<string, Json> {
  const pairs = Object.entries(map).flatMap(([input, field]) => {
    const value = Object.hasOwn(item, field) ? item[field] : undefined
    return value === undefined ? [] : [[input, value] as const]
  })
  return Object.fromEntries(pairs)
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
