import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineReading, Unknown } from '../../actions/define.ts'
import type { ActionContext } from '../../actions/define.ts'
import { CATCH_UP_MS, fireDue } from '../../engine/host/schedules/fire.ts'
import type { Firing, ScheduledStart } from '../../engine/host/schedules/fire.ts'
import type { PlanArchive } from '../../engine/host/plan-archive.ts'
import { keepSchedules } from '../../engine/host/schedules/keep.ts'
import { tellOwner } from '../../engine/host/schedules/tell-owner.ts'
import { RunClosing } from '../../engine/host/start-run.ts'
import { schedulesOf } from '../../engine/host/schedules/schedule.ts'
import type { Schedule } from '../../engine/host/schedules/schedule.ts'
import { count, id } from '../../schemas/types.ts'
import { openStore } from '../../evidence/store.ts'
import type { ScheduleTrigger } from '../../schemas/plan.ts'
import type { Json } from '../../schemas/json.ts'
import type { RunState } from '../../schemas/run.ts'
import { Bench, planOf, runbooksOf } from './fixture.ts'

/** The list that schedules read, and whether it can be read now. */
let hosts: { host: string; kernels: number }[] = []
let complete = true
let away = false

const outdated = defineReading({
  name: 'practice.outdatedHosts',
  summary: 'Hosts that need a new kernel',
  authority: 'authoritative',
  input: z.strictObject({}),
  output: z.strictObject({ items: z.array(z.strictObject({ host: id('host'), kernels: count() })) }),
  timeoutMs: 2_000,
  read: async () => {
    if (away) throw new Unknown('error', 'the inventory is away')
    return { value: { items: hosts }, complete, roundTrip: true, source: 'test' }
  },
})

let bench: Bench
let firing: Firing
let asked = 0

beforeAll(async () => {
  bench = await Bench.open()
  const { store, keys, plans, connections } = bench.host
  const definitions = new Map([[outdated.name, outdated as never]])
  firing = { client: bench.client, store, admitting: { keys, plans }, definitions, connections }
})
afterAll(async () => bench.stop())
beforeEach(() => {
  hosts = [
    { host: 'h1', kernels: 2 },
    { host: 'h2', kernels: 1 },
  ]
  ;[complete, away] = [true, false]
})

/** A schedule that no other test knows. */
function scheduleOf(cron: string, differing: Partial<ScheduleTrigger> = {}): Schedule {
  const from = { action: outdated.name, list: 'items' }
  const trigger: ScheduleTrigger = {
    kind: 'schedule',
    cron,
    from,
    map: { host: 'host' },
    mode: 'propose',
    ...differing,
  }
  const inputs = { host: { type: { kind: 'id', of: 'host' } } } as const
  const plan = planOf(`upgrade-${(asked += 1)}`, {
    triggers: [trigger],
    inputs,
    coalesce: ['host'],
    waitsMs: 3_600_000,
  })
  const [schedule] = schedulesOf(runbooksOf(plan))
  if (schedule === undefined) throw new Error('there is no schedule')
  return schedule
}

const at = (moment: string) => Date.parse(moment)
const results = (starts: readonly ScheduledStart[]) => starts.map(({ item, result }) => `${item} ${result}`)

/** Lets the schedule be known since a moment. */
async function knownSince(schedule: Schedule, moment: string): Promise<void> {
  expect(await fireDue(schedule, at(moment), firing)).toEqual([])
}

describe('a schedule', () => {
  test('G39: starts a run for each item of its list, once for each of its times, with its mode and occurrence', async () => {
    const schedule = scheduleOf('0 6 * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    expect(await fireDue(schedule, at('2026-11-21T05:59:59Z'), firing)).toEqual([])
    const starts = await fireDue(schedule, at('2026-11-21T06:00:01Z'), firing)
    expect(results(starts)).toEqual(['h1 started', 'h2 started'])
    expect(await fireDue(schedule, at('2026-11-21T06:00:02Z'), firing)).toEqual([])
    const { runbook } = schedule.plan
    const { trigger, inputs } = await bench.client.workflow.getHandle(`${runbook.id}/h2`).query<RunState>('state')
    expect(inputs).toEqual({ host: 'h2' })
    expect(trigger).toEqual({
      kind: 'schedule',
      occurrence: '2026-11-21T06:00:00Z|h2',
      item: { host: 'h2', kernels: 1 },
      mode: 'propose',
    })
    const next = await fireDue(schedule, at('2026-11-22T06:00:01Z'), firing)
    expect(results(next)).toEqual(['h1 merged', 'h2 merged'])
  })

  test('fired by two servers at once makes one run for each item', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const other = { ...firing, store: openStore(firing.store.dir) }
    const both = await Promise.all(
      [firing, other].map(async (one) => fireDue(schedule, at('2026-11-21T07:00:01Z'), one)),
    )
    const all = both.flatMap(results)
    expect(all.filter((result) => result.endsWith(' started')).sort()).toEqual(['h1 started', 'h2 started'])
    expect(await bench.runsOf(schedule.plan.runbook.id)).toHaveLength(2)
  })

  test('after a crash in the middle starts the rest, and nothing twice', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const broken = { ...firing, admitting: { ...firing.admitting, plans: brokenArchive() } }
    const halfway = await fireDue(schedule, at('2026-11-21T07:00:01Z'), broken)
    expect(results(halfway)).toEqual(['h1 started', 'h2 failed'])
    expect(halfway[1]).toMatchObject({ item: 'h2', time: '2026-11-21T07:00:00Z', detail: 'the disk is full' })
    const again = await fireDue(schedule, at('2026-11-21T07:00:05Z'), firing)
    expect(results(again)).toEqual(['h1 already-handled', 'h2 started'])
    expect(await fireDue(schedule, at('2026-11-21T07:00:06Z'), firing)).toEqual([])
  })

  test('starts every other item where one cannot be started, and that one as soon as it can', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const isFirst = (key: string) => key.includes('"h1"')
    const busy = async (key: string, record: Json) =>
      isFirst(key) ? Promise.reject(new RunClosing('it is just closing')) : firing.store.claimOccurrence(key, record)
    const closing = { ...firing, store: { ...firing.store, claimOccurrence: busy } }
    const starts = await fireDue(schedule, at('2026-11-21T07:00:01Z'), closing)
    expect(results(starts)).toEqual(['h1 failed', 'h2 started'])
    expect(starts[0]).toMatchObject({ detail: 'it is just closing' })
    const again = await fireDue(schedule, at('2026-11-21T07:00:16Z'), firing)
    expect(results(again)).toEqual(['h1 started', 'h2 already-handled'])
  })

  test('tells what was started also where nobody could remember that all of it was decided', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const notes = join(firing.store.dir, 'schedules')
    const aside = async (key: string, record: Json) => {
      if (key.includes('"h2"')) await rename(notes, `${notes}.aside`).then(async () => writeFile(notes, ''))
      return firing.store.claimOccurrence(key, record)
    }
    const store = { ...firing.store, claimOccurrence: aside }
    const starts = await fireDue(schedule, at('2026-11-21T07:00:01Z'), { ...firing, store }).finally(async () => {
      await rm(notes)
      await rename(`${notes}.aside`, notes)
    })
    expect(results(starts)).toEqual(['h1 started', 'h2 started', ' failed'])
    expect(starts[2]?.detail).toContain('the evidence store')
  })

  test('begins with no further item once its server ends; the next one goes on', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const ending = new AbortController()
    const last = async (key: string, record: Json) => {
      ending.abort()
      return firing.store.claimOccurrence(key, record)
    }
    const closing = { ...firing, store: { ...firing.store, claimOccurrence: last }, ending: ending.signal }
    expect(results(await fireDue(schedule, at('2026-11-21T07:00:01Z'), closing))).toEqual(['h1 started'])
    const next = await fireDue(schedule, at('2026-11-21T07:00:05Z'), firing)
    expect(results(next)).toEqual(['h1 already-handled', 'h2 started'])
  })

  test('G36: refuses an item whose fields do not fit the inputs, and starts the others', async () => {
    const schedule = scheduleOf('0 * * * *', { map: { host: 'host', wanted: 'kernels' } })
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const starts = await fireDue(schedule, at('2026-11-21T07:00:01Z'), firing)
    expect(results(starts)).toEqual(['h1/2 refused', 'h2/1 refused'])
    expect(starts[0]?.detail).toContain('this runbook has no input `wanted`')
  })

  test('makes up for the newest time that was missed, and for none that is longer ago than an hour', async () => {
    const schedule = scheduleOf('*/10 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    const late = await fireDue(schedule, at('2026-11-21T08:35:00Z'), firing)
    expect(new Set(late.map(({ time }) => time))).toEqual(new Set(['2026-11-21T08:30:00Z']))
    const daily = scheduleOf('0 6 * * *')
    await knownSince(daily, '2026-11-20T00:00:30Z')
    expect(await fireDue(daily, at('2026-11-21T06:00:00Z') + CATCH_UP_MS + 1_000, firing)).toEqual([])
  })

  test('starts nothing for times before it was first seen', async () => {
    const schedule = scheduleOf('* * * * *')
    const now = Date.now()
    expect(await fireDue(schedule, now, firing)).toEqual([])
    expect(results(await fireDue(schedule, now + 60_000, firing))).toEqual(['h1 started', 'h2 started'])
  })

  test('G12: starts nothing from a list that may be incomplete or cannot be read, and tries again', async () => {
    const schedule = scheduleOf('0 * * * *')
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    complete = false
    const [incomplete] = await fireDue(schedule, at('2026-11-21T07:00:01Z'), firing)
    expect(incomplete).toMatchObject({ result: 'failed', detail: expect.stringContaining('whole') as unknown })
    away = true
    const [unread] = await fireDue(schedule, at('2026-11-21T07:00:10Z'), firing)
    expect(unread).toMatchObject({
      result: 'failed',
      detail: expect.stringContaining('the inventory is away') as unknown,
    })
    ;[complete, away] = [true, false]
    expect(results(await fireDue(schedule, at('2026-11-21T07:00:20Z'), firing))).toEqual(['h1 started', 'h2 started'])
  })

  test('waits for the cool-down of each item', async () => {
    const schedule = scheduleOf('0 * * * *', { coolDownMs: 3_600_000 })
    await knownSince(schedule, '2026-11-20T00:00:30Z')
    await fireDue(schedule, at('2026-11-21T07:00:01Z'), firing)
    const handle = bench.client.workflow.getHandle(`${schedule.plan.runbook.id}/h1`)
    await handle.cancel()
    await handle.result()
    expect(results(await fireDue(schedule, at('2026-11-21T08:00:01Z'), firing))).toEqual([
      'h1 cooling-down',
      'h2 merged',
    ])
  })
})

test('G40: schedules are kept until the end, each decision is told, and the owner of one that fails hears of it once', async () => {
  const [good, bad] = [
    scheduleOf('* * * * *'),
    scheduleOf('* * * * *', { from: { action: 'practice.gone', list: 'items' } }),
  ]
  const told: ScheduledStart[] = []
  let offset = 0
  const { notices, telling } = owners()
  const kept = keepSchedules([good, bad], {
    ...firing,
    ...telling,
    now: () => Date.now() + offset,
    decided: (start) => told.push(start),
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  offset = 60_000
  await expect.poll(() => told.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
  await kept.stop()
  expect(results(told.filter(({ runbook }) => runbook === good.plan.runbook.id))).toEqual(['h1 started', 'h2 started'])
  const detail = 'this installation has no reading `practice.gone`'
  expect(told.find(({ runbook }) => runbook === bad.plan.runbook.id)).toMatchObject({ result: 'failed', detail })
  expect(notices.map(({ notice }) => notice)).toEqual([
    { run: bad.plan.runbook.id, roles: ['on-call'], message: expect.stringContaining(detail) as unknown },
  ])
})

/** Where owners are told of schedules, and what they are told, with its idempotency key. */
function owners() {
  const notices: { readonly notice: { readonly message: string }; readonly key: string }[] = []
  const { config, log: silent } = bench.host
  const log = {
    ...silent,
    info: () => undefined,
    error: () => undefined,
    warn: () => undefined,
  } as unknown as typeof silent
  const notify = { notify: { url: 'http://127.0.0.1:9', allowPrivate: true } }
  const webhook = {
    kind: 'action',
    name: 'notify.webhook',
    timeoutMs: 1_000,
    perform: async (notice: { message: string }, { idempotencyKey: key }: ActionContext) =>
      notices.push({ notice, key }),
  }
  const definitions = new Map([...firing.definitions, ['notify.webhook', webhook as never] as const])
  const telling = { definitions, config: { ...config, connections: notify }, log, connections: bench.host.connections }
  return { notices, telling }
}

describe('the owner of a schedule', () => {
  const time = '2026-11-21T07:00:00Z'

  test('is told that not everything was started where something was, and that nothing was where nothing was', async () => {
    const schedule = scheduleOf('0 * * * *')
    const { id: runbook } = schedule.plan.runbook
    const { notices, telling } = owners()
    const failed = (item: string) => ({ runbook, time, item, result: 'failed' as const, detail: 'it is just closing' })
    for (const result of ['started', 'merged', 'already-handled'] as const)
      await tellOwner(schedule, [{ runbook, time, item: 'h1', result }, failed('h2'), failed('h3')], telling)
    await tellOwner(schedule, [{ runbook, time, item: 'h1', result: 'refused' }, failed('h2')], telling)
    const some = `[${runbook}] its schedule could not start everything: h2: it is just closing; 1 more failed (runproof doctor)`
    const none = `[${runbook}] its schedule started nothing: h2: it is just closing (runproof doctor)`
    expect(notices.map(({ notice }) => notice.message)).toEqual([some, some, some, none])
    expect(notices[0]?.key).toBe(`schedule/${runbook}/${time}`)
  })

  test('is told of each failure of another day under a key of its own, so that no receiver drops it', async () => {
    const keys: string[] = []
    const schedule = scheduleOf('* * * * *')
    const { notices, telling } = owners()
    for (const now of ['2026-11-21T07:00:42Z', '2026-12-21T07:00:42Z']) {
      const store = { ...firing.store, dir: '/dev/null/evidence' }
      const kept = keepSchedules([schedule], {
        ...firing,
        ...telling,
        store,
        now: () => at(now),
        decided: () => undefined,
      })
      await expect.poll(() => notices.length).toBe(keys.length + 1)
      await kept.stop()
      keys.push(notices.at(-1)?.key ?? '')
    }
    const { id: runbook } = schedule.plan.runbook
    expect(keys).toEqual([`schedule/${runbook}/${time}`, `schedule/${runbook}/2026-12-21T07:00:00Z`])
  })
})

/** Takes one Plan, and then no more. */
function brokenArchive(): PlanArchive {
  const { plans } = firing.admitting
  let kept = 0
  const keep: PlanArchive['keep'] = async (digest, plan) => {
    if ((kept += 1) > 1) throw new Error('the disk is full')
    return plans.keep(digest, plan)
  }
  return { keep, find: async (digest: string) => plans.find(digest) } as PlanArchive
}
