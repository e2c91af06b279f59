import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Plan } from '../../schemas/plan.ts'
import type { Grounds, Outcome } from '../../schemas/run.ts'
import { ask, block, each, newPlan, undo } from '../core/nested.ts'
import { act, decide, read } from '../core/plans.ts'
import { failed, known, whole } from '../core/recorded.ts'
import type { Construct } from './constructs.ts'
import { openStoreStation } from './store-station.ts'
import type { StoreStation } from './store-station.ts'
import { doneBy } from './world.ts'

const KB = 1_000
const text = (bytes: number) => 'x"\\ü€😀'.repeat(Math.ceil(bytes / 13))
const big = (bytes: number) => known({ ok: true, text: text(bytes) })
const items = (count: number) => ({ edges: [whole(...Array.from({ length: count }, (_, at) => at))] })

/** Each decision rests on a reading of its own: twelve of these are more than one request may weigh. */
const decisions = Array.from({ length: 12 }, (_, at) => [
  read(`see${at}`, ['health']),
  decide(`judge${at}`, { fine: 'health.ok' }, { otherwise: 'sick', continueOn: ['fine', 'sick'] }),
]).flat()
const health = [big(200 * KB)]
const claims = { effect: 'claim.succeeded', target: { seen: { path: ['health', 'text'] } } }
const wide = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`part${at}`, { path: ['health', 'text'] }]))

const HEAVY: Readonly<Record<string, Construct>> = {
  'much-to-rest-on': {
    plan: newPlan([...decisions, act('first', { undo }), act('second', { undo }), act('last')]),
    script: { facts: { health }, effects: { last: [failed] } },
    ends: 'failed-safe',
  },
  'asked-on-much': {
    plan: newPlan([...decisions, ask('which', { one: ['route.rollback'] }, { withinMs: 500 })]),
    script: { facts: { health } },
    ends: 'aborted',
  },
  'too-large-itself': {
    plan: newPlan([read('see', ['health']), act('first', { undo }), act('second', { with: wide })]),
    script: { facts: { health } },
    ends: 'blocked',
  },
  'too-large-to-claim': {
    plan: newPlan([read('see', ['health']), act('first')], {
      outcomes: [
        {
          ...{ name: 'fixed', as: 'succeeded', when: [], tell: [], place: { file: 'test.yaml', line: 1, col: 1 } },
          claims: [{ ...claims, target: wide }],
        } as unknown as Plan['outcomes'][number],
      ],
    }),
    script: { facts: { health } },
    ends: 'failed-unsafe',
  },
  'many-at-once': {
    plan: newPlan([
      read('look', ['edges']),
      read('see', ['health']),
      act('roll', { ...each(undefined, 40), with: { text: { path: ['health', 'text'] } } }),
    ]),
    script: { facts: { health: [big(240 * KB)], ...items(40) } },
    ends: 'succeeded',
  },
  'quoted-for-many-at-once': {
    plan: newPlan([
      read('look', ['edges']),
      ...decisions,
      ...Array.from({ length: 5 }, (_, at) => read(`more${at}`, ['edges'])),
      block(
        'item',
        [read('own', ['health']), act('roll', { with: { text: { path: ['health', 'text'] } } })],
        each(undefined, 10),
      ),
    ]),
    script: { facts: { health: [known({ ok: true, text: '"'.repeat(114_848) })], ...items(10) } },
    ends: 'succeeded',
  },
  'much-for-many-at-once': {
    plan: newPlan([read('look', ['edges']), ...decisions, block('item', [act('roll')], each(undefined, 12))]),
    script: { facts: { health, ...items(12) } },
    ends: 'succeeded',
  },
}

let station: StoreStation
/** What each request rested on when it was put together, by run and activity. */
const rested = new Map<string, Grounds | undefined>()

beforeAll(async () => {
  station = await openStoreStation(HEAVY, (run, activity, grounds) => rested.set(`${run} ${activity}`, grounds))
})
afterAll(async () => station?.close())

interface Ended {
  readonly outcome: Outcome
  /** How many bytes the longest history of the run has. */
  readonly most: number
}

/** Carries a run out; its histories must replay. */
async function ended(name: string): Promise<Ended> {
  const handle = await station.begin(name, { workflowExecutionTimeout: 60_000 })
  const { outcome } = await handle.result()
  expect(await station.replayed(handle)).toEqual([])
  const parts = await station.partsOf(handle)
  return { outcome, most: Math.max(...parts.map(({ historySize }) => historySize)) }
}

test('an effect that rests on more than one message takes goes through the door, and is taken back through it', async () => {
  const { outcome, most } = await ended('much-to-rest-on')
  expect(outcome.as).toBe('failed-safe')
  expect(doneBy('much-to-rest-on')).toEqual(['first', 'second', 'last', 'second-undo', 'first-undo'])
  for (const activity of ['first', 'first-undo', 'claim.1']) {
    const grounds = rested.get(`much-to-rest-on ${activity}`)
    expect(Object.keys(grounds?.decisions ?? {}), activity).toHaveLength(12)
    expect(grounds?.decisions['judge11']?.['health']?.record.value, activity).toEqual({
      ok: true,
      text: text(200 * KB),
    })
  }
  // What they all rest on is in the history once.
  expect(most).toBeLessThan(9_000 * KB)
}, 90_000)

test('G22: a question is judged on more than one message takes', async () => {
  const { outcome } = await ended('asked-on-much')
  expect(outcome.as).toBe('aborted')
  expect(Object.keys(rested.get('asked-on-much which?')?.decisions ?? {})).toHaveLength(12)
}, 90_000)

test('an effect whose own inputs are too large is denied, in words that help, and what was done is taken back', async () => {
  const { outcome } = await ended('too-large-itself')
  expect(outcome).toMatchObject({ as: 'blocked', denial: { by: 'evidence', unknown: false } })
  expect(outcome.denial?.message).toMatch(/^its inputs are too large: the request has \d\.\d MB .* 2 MB at most$/)
  expect(doneBy('too-large-itself')).toEqual(['first', 'first-undo'])
}, 90_000)

test('a claim that is too large is denied, and the run ends in order', async () => {
  const { outcome } = await ended('too-large-to-claim')
  expect(outcome).toMatchObject({ as: 'failed-unsafe', denial: { by: 'evidence' } })
  expect(outcome.message).toContain('its inputs are too large')
}, 90_000)

test('effects that are too much together for one message begin one after another', async () => {
  expect((await ended('many-at-once')).outcome.as).toBe('succeeded')
  expect(doneBy('many-at-once')).toHaveLength(40)
}, 90_000)

test('what many effects at once rest on is kept once', async () => {
  const { outcome, most } = await ended('much-for-many-at-once')
  expect(outcome.as).toBe('succeeded')
  expect(doneBy('much-for-many-at-once')).toHaveLength(12)
  expect(Object.keys(rested.get('much-for-many-at-once roll.11')?.decisions ?? {})).toHaveLength(12)
  expect(most).toBeLessThan(12_000 * KB)
}, 90_000)

test('pieces that each effect keeps for itself are weighed as they are sent, with what is escaped in them', async () => {
  const { outcome } = await ended('quoted-for-many-at-once')
  expect(outcome.as).toBe('succeeded')
  expect(doneBy('quoted-for-many-at-once')).toHaveLength(10)
}, 120_000)
