import { canonical } from '../../../schemas/canonical.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Trigger } from '../../../schemas/run.ts'
import { timesBetween } from '../../language/cron.ts'
import { messageOf } from '../carriable.ts'
import { handleOnce } from '../occurrences.ts'
import type { Handled, Handling } from '../occurrences.ts'
import { checkInputs } from '../run-inputs.ts'
import { itemsOf } from './items.ts'
import type { Reading } from './items.ts'
import { isDone, knownSince, rememberDone } from './memory.ts'
import type { Schedule } from './schedule.ts'

/** What schedules are fired with. */
export interface Firing extends Handling, Reading {
  /** Once it is aborted, no further item is begun with. */
  readonly ending?: AbortSignal
}

/** What was decided about one item at one time of a schedule; `failed` without an item where nobody could say which there are. */
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
 * item is an occurrence of its own. Of several times that were missed, only the newest counts. A time of which an item failed is due
 * again: what was started is then found as handled.
 */
export async function fireDue(schedule: Schedule, nowMs: number, firing: Firing): Promise<ScheduledStart[]> {
  const from = Math.max(await knownSince(firing.store, schedule.key, nowMs), nowMs - CATCH_UP_MS)
  const due = timesBetween(schedule.cron, from, nowMs).at(-1)
  if (due === undefined) return []
  const time = timeText(due)
  if (await isDone(firing.store, schedule.key, time)) return []
  const read = await itemsOf(schedule.trigger, firing)
  const at = { runbook: schedule.plan.runbook.id, time }
  if ('unknown' in read) return [{ ...at, item: '', result: 'failed', detail: read.unknown }]
  const decided = await startAll(schedule, { time, items: read.items }, firing)
  return decided.map((one) => ({ ...at, ...one }))
}

/** A time of a schedule, or a moment at which it failed, as it is told and kept. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString().replace('.000Z', 'Z')
}

type Decided = Omit<ScheduledStart, 'runbook' | 'time'>

/** Each item is decided by itself. What has begun is told, also where nobody could remember that all of it was decided. */
async function startAll(
  schedule: Schedule,
  { time, items }: { time: string; items: readonly JsonObject[] },
  firing: Firing,
): Promise<Decided[]> {
  const decided: Decided[] = []
  for (const item of items) {
    if (firing.ending?.aborted === true) return decided
    decided.push(await startItem(schedule, { time, item }, firing).catch(failed(nameOf(schedule.trigger, item))))
  }
  if (decided.some(({ result }) => result === 'failed')) return decided
  const lost = await rememberDone(firing.store, schedule.key, time).then(
    () => [],
    (error: unknown) => [failed('')(error)],
  )
  return [...decided, ...lost]
}

function failed(item: string): (error: unknown) => Decided {
  return (error) => ({ item, result: 'failed', detail: messageOf(error, 'no reason given') })
}

/** Throws where it cannot be decided now. */
async function startItem(
  { key, plan, digest, trigger }: Schedule,
  { time, item }: { time: string; item: JsonObject },
  firing: Firing,
): Promise<Decided> {
  const given = mapped(trigger.map, item)
  const name = nameOf(trigger, item)
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

function nameOf({ map }: Schedule['trigger'], item: JsonObject): string {
  return Object.values(mapped(map, item)).map(textOf).join('/')
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
