import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Lab } from '../../lab/start-lab.ts'
import type { JournalEntry } from '../../lab/admin/journal.ts'
import { findRun } from '../../engine/host/runs.ts'
import type { HistoryActivity } from '../../schemas/evidence.ts'
import type { components } from '../../schemas/generated/platform.ts'
import type { Notification } from '../../schemas/alertmanager.ts'
import { admin, openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { effectsIn, journalOf, rolesTold } from '../support/lab-records.ts'
import { claimFiles, doorFiles, openSealed, sealingKeyPath } from '../support/sealed.ts'
import type { Sealed } from '../support/sealed.ts'
import { carries, filesBelow } from '../support/traces.ts'

type Schemas = components['schemas']

const VERIFY = fileURLToPath(new URL('../evidence/verify.sh', import.meta.url))
const PAYLOAD = new URL('../testdata/payloads/prometheus-firing-am1.json', import.meta.url)
const ROUTE = { environment: 'production', app: 'shop' }

let lab: Lab
let installation: Installation
let webhook: { readonly url: string; readonly token: string }
let good: Schemas['RouteOwner']
let bad: Schemas['RouteOwner']
let runId: string
let sealed: Sealed
let journal: JournalEntry[]

beforeAll(async () => {
  lab = await openLab({ trafficTailMs: 500 })
  installation = await openInstallation({ lab })
  const started = [installation.startWorker(), installation.startSealing(), installation.startServer()] as const
  webhook = (await Promise.all(started))[2]
  good = await ask<Schemas['RouteOwner']>('route-owner')
  await admin(lab, 'POST', '/promote', { ...ROUTE, version: 2, errorRatio: 0.08 })
  bad = await ask<Schemas['RouteOwner']>('route-owner')
  // Somebody promotes again while the run is under way: right before the rollback.
  const when = { after: 'routeOwner', count: 2 }
  await admin(lab, 'POST', '/faults', { fault: 'promote', with: { ...ROUTE, version: 3 }, when })
  runId = await alert()
  await installation.sealed(runId)
  sealed = await openSealed(installation, runId)
  journal = await journalOf(lab, ROUTE)
})
afterAll(async () => {
  await installation.stop()
  await lab.stop()
})

describe('a bad deploy that is rolled back', () => {
  test('ends as a success, because of an alert, and those who must know are told', async () => {
    const { outcome, admission } = sealed.record
    expect(outcome).toMatchObject({ name: 'rolled-back', as: 'succeeded' })
    expect(outcome.claims).toEqual(['claim.succeeded', 'claim.rolled-back'])
    expect(admission.admission.trigger).toMatchObject({ kind: 'alert', alert: { labels: ROUTE } })
    expect(await rolesTold(lab, runId)).toEqual(['app-owner', 'release-owner'])
  })

  test('freezes promotions before it reads anything, and leaves the freeze with the command that lifts it', () => {
    const [first, second] = ofActions()
    expect(first?.type).toBe('platform.freezePromotions')
    expect(completed(first)).toBeLessThan(second?.scheduledEventId ?? 0)
    expect(sealed.record.outcome.left.find(({ step }) => step === 'freezePromotions')?.lift).toContain(
      'promotion-freeze',
    )
  })

  test('BD-I6: reads operation and epoch before the first log and the first metric', () => {
    const readings = (types: readonly string[]) => ofActions().filter(({ type }) => types.includes(type))
    const state = readings(['platform.lastPromotion', 'platform.routeOwner'])
    const symptoms = readings(['platform.errorLines', 'prometheus.errorRatioByDigest'])
    expect(new Set(state.map(({ type }) => type)).size).toBe(2)
    expect(new Set(symptoms.map(({ type }) => type)).size).toBe(2)
    const firstSymptom = Math.min(...symptoms.map(({ scheduledEventId }) => scheduledEventId))
    expect(Math.max(...state.map(completed))).toBeLessThan(firstSymptom)
  })

  test('G7: moves the route owner by one epoch, to the version that was healthy before', async () => {
    const { digest, epoch } = await ask<Schemas['RouteOwner']>('route-owner')
    expect(bad.epoch).toBe(good.epoch + 1)
    expect({ digest, epoch }).toEqual({ digest: good.digest, epoch: bad.epoch + 1 })
    expect(doorFiles(sealed, 'intent').find(({ step }) => step === 'rollback')?.expected).toBe(bad.epoch)
  })

  test('brings every edge and every host to the new epoch and the old version', async () => {
    const edges = await ask<Schemas['EdgeRoutes']>('edge-routes')
    const allocations = await ask<Schemas['Allocations']>('allocations')
    expect(edges).toMatchObject({ complete: true, items: [{ edge: 'edge-1' }, { edge: 'edge-2' }] })
    expect(new Set(edges.items.map(({ epoch }) => epoch))).toEqual(new Set([bad.epoch + 1]))
    expect(new Set([...edges.items, ...allocations.items].map(({ digest }) => digest))).toEqual(new Set([good.digest]))
  })

  test('has changed two things on the platform, each once, and its receipts say the same', () => {
    expect(effectsIn(journal)).toEqual(['promotion.freeze', 'route.rollback'])
    const receipts = doorFiles(sealed, 'receipt').map(({ effects, status }) => ({ effects, status }))
    expect(receipts).toEqual([
      { effects: ['promotion.freeze'], status: 'done' },
      { effects: ['route.rollback'], status: 'done' },
    ])
  })

  test('BD-I5: keeps promotions out, while it runs and after it', async () => {
    const { answered } = await admin<{ answered: Record<string, number> }>(lab, 'GET', '/counters')
    expect(answered['refused promote: promotions-frozen']).toBe(1)
    await expect(admin(lab, 'POST', '/promote', { ...ROUTE, version: 4 })).rejects.toThrow('promotions-frozen')
    expect(journal.filter(({ what, origin }) => what === 'promotion' && origin === 'admin')).toHaveLength(1)
  })
})

describe('its bundle', () => {
  test('verifies, with nothing missing and nothing contradicted', () => {
    expect(sealed.verification.checks.filter(({ ok }) => !ok)).toEqual([])
    expect(sealed.verification).toMatchObject({ verdict: 'verified', signed: { predicate: { outcome: 'succeeded' } } })
    expect(sealed.verification.signed?.predicate).toMatchObject({ gaps: [], contradictions: [] })
  })

  test('verifies with nothing but openssl, jq and sha256sum', async () => {
    const { stdout, exitCode } = await execa('bash', [VERIFY, sealed.path, sealingKeyPath(installation), runId])
    expect({ last: stdout.split('\n').at(-1), exitCode }).toEqual({ last: `verified ${runId} succeeded`, exitCode: 0 })
  })

  test('holds plan, trigger, runbook, and every fact that a step names, with its value', () => {
    const { plan } = sealed.record
    const paths = [...sealed.bag.files.keys()]
    expect(paths).toEqual(
      expect.arrayContaining(['data/plan.json', 'data/trigger.json', 'data/run.json', 'data/runbook/bad-deploy.yaml']),
    )
    const read = plan.steps.flatMap((step) =>
      step.kind === 'read' ? step.facts.map((name) => `${step.id}.${name}`) : [],
    )
    expect(read.length).toBeGreaterThan(8)
    expect(read.filter((name) => valueOf(name) === undefined)).toEqual([])
  })

  test('holds a verdict of every rule that guards what was done or claimed, and each of them is true', () => {
    const verdicts = [
      ...doorFiles(sealed, 'intent').flatMap((intent) => intent.verdicts),
      ...claimFiles(sealed).flatMap((claim) => claim.verdicts ?? []),
    ]
    expect(new Set(verdicts.map(({ says }) => says))).toEqual(new Set(['true']))
    const rules = new Set(verdicts.map(({ rule }) => rule))
    const { bindings = [] } = sealed.record.plan
    const atRunTime = new Set(bindings.flatMap(({ rule, verdict }) => (verdict === 'run-time' ? [rule] : [])))
    expect(atRunTime.size).toBeGreaterThan(3)
    expect([...rules]).toEqual(expect.arrayContaining([...atRunTime]))
  })

  test('G4: holds the facts that the door read for itself, beside those of the steps', () => {
    const intent = doorFiles(sealed, 'intent').find(({ step }) => step === 'rollback')
    const actions = new Set(intent?.facts.map(({ action }) => action))
    expect([...actions].sort()).toEqual(
      ['artifact', 'artifactFit', 'ownerHistory', 'promotionFreeze', 'routeOwner'].map((name) => `platform.${name}`),
    )
    expect(intent?.facts.filter(({ roundTrip }) => !roundTrip)).toEqual([])
  })
})

describe('G30: no token', () => {
  test('is in the bundle, in any file of the installation but its own, in a log, or in the history of Temporal', async () => {
    const texts = await everythingWritten()
    const tokens = { platform: lab.token, notify: lab.notifyToken, webhook: webhook.token, admin: lab.adminToken }
    const found = [...texts].flatMap(([where, text]) =>
      Object.entries(tokens).flatMap(([name, token]) => (carries(text, token) ? [`${name} in ${where}`] : [])),
    )
    expect(found).toEqual(['webhook in .runproof/webhook-token'])
  })

  test('would be missed there, if there were one', async () => {
    const texts = await everythingWritten()
    const holding = [...texts].filter(([, text]) => carries(text, good.digest)).map(([where]) => where)
    expect(holding).toEqual(
      expect.arrayContaining(['the history', `.runproof/evidence/bundles/${runId}/data/run.json`]),
    )
    expect(texts.get('the history')).not.toContain(good.digest)
    expect(texts.get('the logs')).toContain(runId)
  })
})

/** Everything that this installation has written, by place. */
async function everythingWritten(): Promise<Map<string, string>> {
  const handle = await findRun(installation.client, runId)
  return new Map([
    ...(await filesBelow(installation.folder)),
    ['the history', historyToJSON(await handle.fetchHistory())],
    ['the logs', installation.logged()],
  ])
}

/** Alertmanager's notification, as a real one sent it, about the route of this test; answers with the run. */
async function alert(): Promise<string> {
  const recorded = JSON.parse(await readFile(PAYLOAD, 'utf8')) as Notification
  const labels = { alertname: 'ErrorBudgetFastBurn', ...ROUTE }
  const alerts = recorded.alerts.map((one) => ({ ...one, labels, startsAt: new Date().toISOString() }))
  const response = await fetch(`${webhook.url}/v1/alerts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${webhook.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...recorded, alerts }),
  })
  const answer = (await response.json()) as { alerts?: { result: string; runId?: string }[] }
  expect(answer.alerts).toMatchObject([{ result: 'started' }])
  return answer.alerts?.[0]?.runId ?? ''
}

async function ask<B>(what: string): Promise<B> {
  const response = await fetch(`${lab.url}/v1/environments/${ROUTE.environment}/apps/${ROUTE.app}/${what}`, {
    headers: { authorization: `Bearer ${lab.token}` },
  })
  expect(response.status).toBe(200)
  return (await response.json()) as B
}

/** The activities that carried out an action or took a reading, in the order in which they were scheduled. */
function ofActions(): HistoryActivity[] {
  const own = sealed.record.history.activities.filter(({ type }) => !type.startsWith('runproof.'))
  return own.sort((a, b) => a.scheduledEventId - b.scheduledEventId)
}

function completed(activity: HistoryActivity | undefined): number {
  return activity?.completedEventId ?? Infinity
}

/** The value of a reading in the bundle, by the name of its activity. */
function valueOf(activity: string): unknown {
  const file = sealed.bag.files.get(`data/facts/${activity}.json`)
  return file && (JSON.parse(file.toString('utf8')) as { record: { value?: unknown } }).record.value
}
