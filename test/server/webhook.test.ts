import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { giveWay } from '../../engine/host/give-way.ts'
import { coolUntil } from '../../engine/host/occurrences-cool-down.ts'
import { admit, begin } from '../../engine/host/start-run.ts'
import { openStore } from '../../evidence/store.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import type { Alert } from '../../schemas/alertmanager.ts'
import type { Json } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { RunState, Trigger } from '../../schemas/run.ts'
import { alertOf, messageOf } from '../support/alerts.ts'
import { acting, Bench, payload, planOf, runbooksOf } from './fixture.ts'
import type { Answer, Door } from './fixture.ts'

let bench: Bench
let door: Door
let second: Door

const LONG = 3_600_000
const watch = planOf('watch-database', { triggers: [acting('DbDown')], waitsMs: LONG })
const restore = planOf('pg-pitr-restore', {
  triggers: [acting('DbPrimaryDown', 'PostgresPrimaryDown')],
  coalesce: ['instance'],
  waitsMs: LONG,
})
const page = planOf('page-database', { triggers: [acting('DbPrimaryDown')] })
const quick = planOf('quick', { triggers: [acting('Quick')] })
const once = planOf('once', { triggers: [acting('Once')], waitsMs: LONG })
const brief = planOf('brief', { triggers: [acting('Brief')], waitsMs: 1_000 })
const COOL_DOWN_MS = 4_000
const proposing = planOf('proposing', { triggers: [{ ...acting('Proposed'), mode: 'propose' }], waitsMs: LONG })
const observing = planOf('observing', { triggers: [{ ...acting('Observed'), mode: 'observe' }], waitsMs: LONG })
const cooling = planOf('cooling', { triggers: [{ ...acting('Cooling'), coolDownMs: COOL_DOWN_MS }] })
const typed = planOf('typed', {
  triggers: [{ kind: 'alert', alerts: ['Typed'], map: { host: 'host', times: 'times' }, mode: 'act' }],
  inputs: { host: { type: { kind: 'id', of: 'host' } }, times: { type: { kind: 'count' }, default: 1 } },
  coalesce: ['host'],
})
const watched = planOf('watched', {
  triggers: [
    { ...acting('Odd'), mode: 'observe' },
    { ...acting('Broken'), coolDownMs: LONG },
    { ...acting('Doubtful'), mode: 'propose' },
  ],
  waitsMs: LONG,
})
const runbooks = runbooksOf(watched, watch, restore, page, quick, once, brief, proposing, observing, cooling, typed)

beforeAll(async () => {
  bench = await Bench.open()
  door = await bench.door(runbooks)
  second = await bench.door(runbooks, { store: openStore(bench.host.store.dir) })
})

afterAll(async () => bench.stop())

const results = ({ body }: Answer) => body.alerts.map(({ result }) => result)
const firing = (alertname: string, labels: Record<string, string> = {}) =>
  alertOf({ alertname, cluster: 'c1', instance: 'db-1', ...labels })

test('G37, G38: a real group starts one run, merges the others into it, and later messages of the group start nothing again', async () => {
  const first = await door.post(await payload('firing-grouped'))
  expect(first.status).toBe(200)
  expect(results(first).sort()).toEqual(['merged', 'started'])
  const [runId, ...others] = new Set(first.body.alerts.map((alert) => alert.runId))
  expect(others).toEqual([])

  const joined = await door.post(await payload('firing-group-new-alert'))
  expect(results(joined)).toEqual(['already-handled', 'already-handled', 'merged'])
  const partly = await door.post(await payload('partial-resolved'))
  expect(results(partly)).toEqual(['resolved', 'already-handled', 'already-handled'])
  const over = await door.post(await payload('resolved'))
  expect(results(over)).toEqual(['resolved', 'resolved'])
  expect(partly.body.alerts.slice(1).map((alert) => alert.runId)).toEqual([runId, runId])
  const again = await door.post(await payload('refired'))
  expect(again.body.alerts).toMatchObject([{ result: 'merged', runId, startsAt: '2026-11-20T23:16:31.520035277Z' }])
  expect(await bench.runsOf('watch-database')).toEqual([runId])
})

test('G36: of the runbooks whose triggers match, the label chooses one; a byte-identical repeat starts nothing', async () => {
  const first = await door.post(await payload('firing-runbook-label'))
  expect(first.body.alerts).toMatchObject([{ result: 'started', runbook: 'pg-pitr-restore' }])
  const repeat = await door.post(await payload('repeat-runbook-label'))
  expect(repeat.body.alerts).toMatchObject([{ result: 'already-handled', runId: first.body.alerts[0]?.runId }])
  expect(await bench.runsOf('page-database')).toEqual([])
})

test('G37: the copies of two Alertmanagers, sent at once to two servers, make one run', async () => {
  const before = await bench.runsOf('pg-pitr-restore')
  const answers = await Promise.all([
    door.post(await payload('prometheus-firing-am1')),
    second.post(await payload('prometheus-firing-am2-duplicate')),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect(answers.flatMap(results).sort()).toEqual(['already-handled', 'started'])
  const [runId, ...others] = new Set(answers.map(({ body }) => body.alerts[0]?.runId))
  expect(others).toEqual([])
  expect(new Set(await bench.runsOf('pg-pitr-restore'))).toEqual(new Set([...before, runId]))
})

test('G37: twenty copies at once over two servers, of a run that ends at once, make one run', async () => {
  const message = messageOf([firing('Quick', { cluster: 'copies' })])
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => (index % 2 ? door : second).post(message)),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200))
  expect(answers.flatMap(results).filter((result) => result === 'started')).toHaveLength(1)
  const runIds = new Set(answers.map(({ body }) => body.alerts[0]?.runId))
  expect(await bench.runsOf('quick')).toEqual([...runIds])
})

test('G37: a repeat after the run has closed starts nothing, and a new startsAt starts a new run', async () => {
  const alert = firing('Quick', { cluster: 'closing' })
  const [first] = (await door.post(messageOf([alert]))).body.alerts
  await bench.closed('quick/closing')
  const repeat = await second.post(messageOf([alert]))
  expect(repeat.body.alerts).toMatchObject([{ result: 'already-handled', runId: first?.runId }])
  const [refired] = (await door.post(messageOf([{ ...alert, startsAt: '2099-01-01T00:00:00.000000001Z' }]))).body.alerts
  expect(refired?.result).toBe('started')
  expect(refired?.runId).not.toBe(first?.runId)
})

test('G37: an alert that was merged into a run starts nothing after that run has closed', async () => {
  const [one, other] = [firing('Brief', { cluster: 'merging' }), firing('Brief', { cluster: 'merging' })]
  const [started] = (await door.post(messageOf([one]))).body.alerts
  expect(results(await door.post(messageOf([other])))).toEqual(['merged'])
  await bench.closed('brief/merging')
  const repeat = await second.post(messageOf([other]))
  expect(repeat.body.alerts).toMatchObject([{ result: 'already-handled', runId: started?.runId }])
})

/** What a server leaves behind that dies directly after its claim. */
async function claimByHand(plan: Plan, alert: Alert) {
  const { keys, plans, store } = bench.host
  const { id } = plan.runbook
  const trigger: Trigger = { kind: 'alert', occurrence: `${alert.fingerprint}|${alert.startsAt}`, alert, warnings: [] }
  const inputs = { cluster: alert.labels['cluster'] ?? '', instance: alert.labels['instance'] ?? '' }
  const signed = await admit({ plan, planDigest: jsonDigest(plan), inputs, trigger }, { keys, plans })
  const { runId, workflowId } = signed.admission
  await store.claimOccurrence(`${alert.fingerprint}|${alert.startsAt}|${id}`, {
    runId,
    workflowId,
    admission: signed,
  } as unknown as Json)
  return signed
}

test('G37: after a crash between claim and start, the next messages start the very run that was admitted', async () => {
  const alert = firing('Once', { cluster: 'crashed' })
  const { admission } = await claimByHand(once, alert)
  const answers = await Promise.all([door.post(messageOf([alert])), second.post(messageOf([alert]))])
  expect(answers.flatMap(results)).toContain('started')
  expect(answers.map(({ body }) => body.alerts[0]?.runId)).toEqual([admission.runId, admission.runId])
  expect(await bench.runsOf('once')).toEqual([admission.runId])
  expect(results(await door.post(messageOf([alert])))).toEqual(['already-handled'])
})

test('G37: after a crash between claim and start, an alert whose key has a live run by now is merged into it', async () => {
  const alert = firing('Once', { cluster: 'overtaken' })
  await claimByHand(once, alert)
  const [started] = (await door.post(messageOf([firing('Once', { cluster: 'overtaken' })]))).body.alerts
  const late = await door.post(messageOf([alert]))
  expect(late.body.alerts).toMatchObject([{ result: 'merged', runId: started?.runId }])
})

test('G37: after a crash between start and memory, the next message finds the run, though nothing remembers it', async () => {
  const alert = firing('Quick', { cluster: 'unremembered' })
  const signed = await claimByHand(quick, alert)
  await begin(bench.client, quick, signed)
  await bench.closed('quick/unremembered')
  const repeat = await door.post(messageOf([alert]))
  expect(repeat.body.alerts).toMatchObject([{ result: 'already-handled', runId: signed.admission.runId }])
})

test('G37: after a crash between merge and memory, the next message finds the merge in Temporal, though that run has closed', async () => {
  const [started] = (await door.post(messageOf([firing('Brief', { cluster: 'forgotten' })]))).body.alerts
  const alert = firing('Brief', { cluster: 'forgotten' })
  await begin(bench.client, brief, await claimByHand(brief, alert))
  await bench.closed('brief/forgotten')
  const repeat = await door.post(messageOf([alert]))
  expect(repeat.body.alerts).toMatchObject([{ result: 'already-handled', runId: started?.runId }])
})

test('G36: what labels leave open, or name beside the matching triggers, is refused and starts nothing', async () => {
  const open = firing('DbPrimaryDown')
  const foreign = firing('DbPrimaryDown', { runbook: 'watch-database' })
  const unmatched = firing('Quick', { runbook: 'pg-pitr-restore', cluster: 'foreign' })
  const { status, body } = await door.post(messageOf([open, foreign, unmatched]))
  expect(status).toBe(200)
  expect(body.alerts).toMatchObject([
    {
      result: 'refused',
      detail:
        'the triggers of several runbooks match (pg-pitr-restore, page-database), and no label `runbook` chooses one',
    },
    {
      result: 'refused',
      detail: 'the label `runbook` names none of the runbooks whose triggers match (pg-pitr-restore, page-database)',
    },
    { result: 'refused', detail: 'the label `runbook` names none of the runbooks whose triggers match (quick)' },
  ])
})

test('G36: an alert that no trigger matches is counted and is no error, whatever its label says', async () => {
  const answer = await door.post(messageOf([firing('Unheard', { runbook: 'quick' })]))
  expect(answer.status).toBe(200)
  expect(results(answer)).toEqual(['no-runbook'])
})

test('G36: labels reach inputs by the mapping alone, as their declared type; what does not fit is refused', async () => {
  const wrong = alertOf({ alertname: 'Typed', host: '../etc', times: 'many' })
  const missing = alertOf({ alertname: 'Typed' })
  const { body } = await door.post(messageOf([wrong, missing]))
  expect(body.alerts).toMatchObject([
    {
      result: 'refused',
      detail:
        'the input `host` cannot be `../etc`: it is the id of a host, written as letters, digits and `. _ : / -`; the input `times` cannot be `many`: it is a count, written as a whole number',
    },
    {
      result: 'refused',
      detail: 'the input `host` is missing: it is the id of a host, written as letters, digits and `. _ : / -`',
    },
  ])
  const right = await door.post(
    messageOf([alertOf({ alertname: 'Typed', host: 'h-1', times: '3', environment: 'production' })]),
  )
  expect(results(right)).toEqual(['started'])
  const { memo } = await bench.client.workflow.getHandle('typed/h-1').describe()
  const start = await bench.host.store.claimOccurrence([...keyParts(right), 'typed'].join('|'), null)
  expect(memo?.['runId']).toBe(right.body.alerts[0]?.runId)
  expect(start.record).toMatchObject({ admission: { admission: { inputs: { host: 'h-1', times: 3 } } } })
})

const keyParts = ({ body }: Answer) => [body.alerts[0]?.fingerprint, body.alerts[0]?.startsAt]

test('G37: an occurrence older than the memory of occurrences is not taken', async () => {
  const forgetful = await bench.door(runbooks, { retentionMs: 30 * 86_400_000 })
  const old = { ...firing('Quick', { cluster: 'old' }), startsAt: '2020-01-01T00:00:00.123456789Z' }
  const answer = await forgetful.post(messageOf([old, { ...old, startsAt: 'yesterday' }]))
  expect(answer.status).toBe(200)
  expect(results(answer)).toEqual(['too-old', 'refused'])
})

test('G39: the mode of the trigger reaches the admission: a run that observes, or proposes, starts like any other', async () => {
  const { body } = await door.post(messageOf([firing('Proposed'), firing('Observed'), firing('Once')]))
  expect(body.alerts.map(({ result }) => result)).toEqual(['started', 'started', 'started'])
  const modes = ['proposing/c1', 'observing/c1', 'once/c1'].map(async (workflowId) => {
    const { trigger } = await bench.client.workflow.getHandle(workflowId).query<RunState>('state')
    return trigger.kind === 'alert' ? trigger.mode : undefined
  })
  expect(await Promise.all(modes)).toEqual(['propose', 'observe', 'act'])
})

test('G39: an alert that is to act does not end in a run that only observes: that is ended, and the run that acts begins', async () => {
  const inC = (alertname: string) => messageOf([firing(alertname, { cluster: 'seen' })])
  const [observed] = (await door.post(inC('Odd'))).body.alerts
  expect(observed).toMatchObject({ result: 'started' })
  const further = { result: 'merged', runId: observed?.runId }
  expect((await door.post(inC('Odd'))).body.alerts).toMatchObject([further])

  const answer = await door.post(inC('Broken'))
  expect(answer.status).toBe(200)
  const [acts] = answer.body.alerts
  expect(acts).toMatchObject({ result: 'started', detail: `in place of ${observed?.runId}, which only observed` })
  const live = await bench.client.workflow.getHandle('watched/seen').query<RunState>('state')
  expect(live).toMatchObject({ runId: acts?.runId, trigger: { mode: 'act' } })
  expect(await bench.host.store.bundles()).toContain(observed?.runId)
  const history = await readFile(
    join(bench.host.store.bundlePath(observed?.runId ?? ''), 'data', 'temporal', 'history.json'),
    'utf8',
  )
  expect(history).toContain(`it only observed, and gives way to ${acts?.runId}`)

  // What acts is met by everything, and never ended for another start.
  for (const alertname of ['Odd', 'Doubtful', 'Broken'])
    expect((await door.post(inC(alertname))).body.alerts).toMatchObject([{ result: 'merged', runId: acts?.runId }])
  const left = { observer: observed?.runId ?? '', to: 'nobody' }
  expect(await giveWay(bench.client, 'watched/seen', left)).toBe(true)
  expect((await bench.client.workflow.getHandle('watched/seen').describe()).status.name).toBe('RUNNING')
})

test('G39: many alerts that are to act at once meet in one run, also where one observed before', async () => {
  const storm = (alertname: string, count: number) =>
    messageOf(Array.from({ length: count }, () => firing(alertname, { cluster: 'storm' })))
  await door.post(storm('Odd', 1))
  const answers = await Promise.all([door.post(storm('Broken', 4)), second.post(storm('Doubtful', 4))])
  const alerts = answers.flatMap(({ body }) => body.alerts).filter(({ result }) => result !== 'failed')
  expect(alerts.length).toBeGreaterThan(0)
  expect(new Set(alerts.map(({ runId }) => runId)).size).toBe(1)
  const { trigger } = await bench.client.workflow.getHandle('watched/storm').query<RunState>('state')
  expect(trigger.kind === 'alert' && trigger.mode).not.toBe('observe')
})

test('G39: a cool-down after a run that only observed holds back what observes, and not what is to act', async () => {
  const { client, host } = bench
  const workflowId = 'watched/cooled'
  await door.post(messageOf([firing('Odd', { cluster: 'cooled' })]))
  await client.workflow.getHandle(workflowId).cancel()
  await bench.closed(workflowId)
  const cooling = { workflowId, coolDownMs: LONG }
  const at = { client, store: host.store }
  expect(await coolUntil({ ...cooling, observes: true }, at)).toBeDefined()
  expect(await coolUntil({ ...cooling, observes: false }, at)).toBeUndefined()
  const [acts] = (await door.post(messageOf([firing('Broken', { cluster: 'cooled' })]))).body.alerts
  expect(acts).toMatchObject({ result: 'started' })
  await client.workflow.getHandle(workflowId).cancel()
  await bench.closed(workflowId)
  expect(await coolUntil({ ...cooling, observes: false }, at)).toBeDefined()
})

test('G37: after the end of a run, its trigger starts none of the same key until the cool-down is over', async () => {
  const [one, other] = [firing('Cooling', { cluster: 'cool' }), firing('Cooling', { cluster: 'cool' })]
  const [started] = (await door.post(messageOf([one]))).body.alerts
  await bench.closed('cooling/cool')
  const answer = await door.post(messageOf([one, other, firing('Cooling', { cluster: 'elsewhere' })]))
  expect(answer.status).toBe(200)
  expect(answer.body.alerts).toMatchObject([
    { result: 'already-handled', runId: started?.runId },
    { result: 'cooling-down', detail: expect.stringContaining('this trigger starts none until') as unknown },
    { result: 'started' },
  ])
  expect(await bench.runsOf('cooling')).toHaveLength(2)
  await new Promise((resolve) => setTimeout(resolve, COOL_DOWN_MS))
  expect(results(await door.post(messageOf([other])))).toEqual(['started'])
})

test('G37: the cool-down is counted from the bundle where Temporal has forgotten the run', async () => {
  const forgetful = await Bench.open([])
  const alert = firing('Cooled', { cluster: 'kept' })
  const cooled = planOf('cooled', { triggers: [{ ...acting('Cooled'), coolDownMs: LONG }] })
  const before = await bench.door(runbooksOf(cooled))
  await before.post(messageOf([firing('Cooled', { cluster: 'kept' })]))
  await bench.closed('cooled/kept')
  const { store } = bench.host
  const after = await forgetful.door(runbooksOf(cooled), { store })
  expect(results(await after.post(messageOf([alert])))).toEqual(['cooling-down'])
  await forgetful.stop()
})

test('G16, G37: `resolved` reaches the live run of its occurrence, and starts nothing', async () => {
  const alert = firing('Once', { cluster: 'over' })
  const [started] = (await door.post(messageOf([alert]))).body.alerts
  const run = bench.client.workflow.getHandle('once/over')
  await expect.poll(async () => (await run.query<RunState>('state')).phase).toBe('waiting')
  await expect
    .poll(async () => door.metrics(), { timeout: 10_000 })
    .toMatch(/runproof_runs_open\{phase="waiting"\} [1-9]/)
  const resolved = { ...alert, status: 'resolved' as const }
  const answer = await second.post(messageOf([resolved]))
  expect(answer.body.alerts).toMatchObject([{ result: 'resolved', runbook: 'once', runId: started?.runId }])
  const { entries, phase } = await run.query<RunState>('state')
  expect(entries).toContainEqual(
    expect.objectContaining({ kind: 'resolved', occurrence: `${alert.fingerprint}|${alert.startsAt}` }),
  )
  expect(phase).toBe('waiting')
  const unknown = await door.post(messageOf([{ ...firing('Once', { cluster: 'never' }), status: 'resolved' }]))
  expect(unknown.body.alerts[0]).toMatchObject({ result: 'resolved' })
  expect(unknown.body.alerts[0]?.runId).toBeUndefined()
  expect((await bench.runsOf('once')).filter((runId) => runId === started?.runId)).toHaveLength(1)
})

test('truncated alerts are told in the answer, in a metric and in the run, and widen nothing', async () => {
  const alert = firing('Once', { cluster: 'truncated' })
  const answer = await door.post(messageOf([alert], { truncatedAlerts: 3 }))
  const warning =
    'Alertmanager left 3 alerts of this group out of its message (truncatedAlerts): more may be firing than is listed'
  expect(answer.body.warnings).toEqual([warning])
  expect(results(answer)).toEqual(['started'])
  const state = await bench.client.workflow.getHandle('once/truncated').query('state')
  expect(state).toMatchObject({ trigger: { kind: 'alert', warnings: [warning], alert: { startsAt: alert.startsAt } } })
  expect(await door.metrics()).toContain('runproof_webhook_truncated_alerts_total 3')
})

test('text that is no Unicode is refused, since nothing could be signed over it', async () => {
  const alert = firing('Once', { cluster: 'surrogate' })
  const body = JSON.stringify(messageOf([{ ...alert, annotations: { summary: 'LONE' } }])).replace('LONE', '\\ud800')
  const answer = await door.post(body)
  expect(answer.body.alerts).toMatchObject([{ result: 'refused', detail: 'its text is not well-formed Unicode' }])
})
