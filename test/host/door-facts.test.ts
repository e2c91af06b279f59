import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rm } from 'node:fs/promises'
import { takeReading } from '../../engine/host/readings.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { EffectRequest } from '../../schemas/run.ts'
import { SWITCH } from './practice-catalogue.ts'
import { Practice } from './practice.ts'

let practice: Practice

beforeEach(async () => {
  practice = await Practice.open()
})
afterEach(async () => practice.close())

const RULES = (facts: string, require: string) => `
rules:
  - id: try-out
    text: Do not switch without looking.
    source: test
    facts:
      ${facts}
    checks:
      - guards: [route.switch]
        require:
          - ${require}
    overridable: never
    next: look again
`
/** The request of a run whose route is guarded by one rule. */
async function guardedBy(facts: string, require: string): Promise<EffectRequest> {
  await practice.close()
  const files = {
    'rules/practice.yaml': RULES(facts, require),
    'switch.yaml': SWITCH.replace('[only-when-sick]', '[]'),
  }
  practice = await Practice.open({ files })
  return practice.request()
}

async function take(name: string): Promise<FactRecord> {
  const definition = practice.host.definitions.get(`practice.${name}`)
  if (definition?.kind !== 'reading') throw new Error('no such reading')
  return takeReading(definition, { name, input: { environment: 'production', app: 'shop' } }, practice.host.connections)
}

describe('the facts of a pass', () => {
  test('G4: are read by the door itself, in the pass: what the workflow read serves decisions only', async () => {
    const request = await practice.request()
    practice.world.health = { state: 'well', share: 0 }
    const result = await practice.pass(request)
    expect(result).toMatchObject({ status: 'denied', denial: { by: 'rule', rule: 'only-when-sick', unknown: false } })
    expect(await practice.records(request)).toEqual(['move@1.denial.json'])
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G2: the stop switch is asked before any fact, and facts before the intent', async () => {
    const request = await practice.request()
    await practice.host.stops.stop({ scope: {}, reason: 'all of it', by: 'ada' })
    practice.world.asked.length = 0
    expect(await practice.pass(request)).toMatchObject({ status: 'denied', denial: { by: 'stop-switch' } })
    expect(practice.world.asked).toEqual([])
  })

  test('G2: a stop that is set while the facts are read still holds the effect back', async () => {
    const request = await practice.request()
    practice.world.before.set('/health', async () => {
      await practice.host.stops.stop({ scope: {}, reason: 'now', by: 'ada' })
    })
    expect(await practice.pass(request)).toMatchObject({ status: 'denied', denial: { by: 'stop-switch' } })
    expect(practice.world.did('switch')).toBe(0)
    expect(await practice.records(request)).toEqual(['move@1.denial.json', 'move@1.intent.json', 'move@1.settled.json'])
  })

  test('G6: an attempt that was called off before the effect began does not begin it', async () => {
    const request = await practice.request()
    const off = new AbortController()
    practice.world.before.set('/health', () => off.abort())
    await expect(practice.pass(request, { cancelled: off.signal })).rejects.toThrow('called off')
    expect(practice.world.did('switch')).toBe(0)
    practice.world.before.clear()
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'done' })
  })

  test('G6: that are older than a rule allows when the effect would begin, send the pass back, and not for ever', async () => {
    const request = await guardedBy('health: { read: practice.health, maxAge: 300ms }', "health.state == 'sick'")
    const slow = slowStore(practice.host.store, 400)
    const result = await practice.passes(request, { host: { ...practice.host, store: slow } })
    expect(result).toMatchObject({ status: 'denied', denial: { by: 'deadline' } })
    expect(practice.world.did('switch')).toBe(0)
    const last = await practice.pass(request, { attempt: 9, activity: 'move#2' })
    expect(last).toMatchObject({ status: 'done' })
  })
})

/** A store that takes its time for intents. */
function slowStore(store: Practice['host']['store'], ms: number): Practice['host']['store'] {
  return {
    ...store,
    putOnce: async (runId, name, bytes) => {
      const put = await store.putOnce(runId, name, bytes)
      if (name.endsWith('.intent.json')) await new Promise((resolve) => setTimeout(resolve, ms))
      return put
    },
  }
}

describe('a rule is unknown, and denies,', () => {
  const unknown = { status: 'denied', denial: { by: 'rule', unknown: true } }

  test.each<[string, (world: Practice['world']) => void]>([
    ['where a field is missing', (world) => (world.health = { share: 0.5 })],
    ['where a field is null', (world) => (world.health = { state: null, share: 0.5 })],
    ['where a number is none', (world) => (world.health = { state: 'sick', share: 'NaN' })],
    ['where a word is none of its enum', (world) => (world.health = { state: 'ill', share: 0.5 })],
    ['where there is a field too many', (world) => (world.health = { state: 'sick', share: 0.5, more: 1 })],
    [
      'where a key would change the prototype',
      (world) => (world.health = JSON.parse('{"__proto__":{"state":"sick"},"share":0.5}') as never),
    ],
    ['where the source fails', (world) => world.before.set('/health', () => 'cut')],
    ['where the answer comes from a cache', (world) => (world.echoes = false)],
  ])('G10: %s', async (_where, change) => {
    const request = await practice.request()
    change(practice.world)
    if (practice.world.echoes) expect(await practice.pass(request)).toMatchObject(unknown)
    else expect(await practice.pass(request)).toMatchObject({ status: 'denied', denial: { unknown: true } })
    expect(practice.world.did('switch')).toBe(0)
  })

  test.each([
    [
      'G12: a list that its authority does not call whole',
      { items: [{ member: 'm-1', ready: true }], complete: false },
    ],
    ['G12: a list of which nothing is said', { items: [{ member: 'm-1', ready: true }] }],
    ['G12: an empty list of which nobody said that it may be', { items: [], complete: true }],
  ])('%s', async (_what, members) => {
    const request = await guardedBy('members: practice.members', 'members.items.all(m, m.ready)')
    practice.world.members = members
    expect(await practice.pass(request)).toMatchObject(unknown)
  })

  test.each([
    ['G13: older than allowed, by one clock of its source', 30_001],
    ['G13: of an age that no clock can show', -1],
  ])('%s', async (_what, ageMs) => {
    const request = await guardedBy('health: { read: practice.health, maxAge: 30s }', "health.state == 'sick'")
    practice.world.ageMs = ageMs
    expect(await practice.pass(request)).toMatchObject(unknown)
    practice.world.ageMs = 29_000
    expect(await practice.pass(request, { attempt: 2 })).toMatchObject({ status: 'done' })
  })

  test('G10: and is read again for as long as unknownFor: one failed request does not end a run', async () => {
    await practice.close()
    const files = { 'policy.yaml': POLICY_WITH_PATIENCE }
    practice = await Practice.open({ files })
    const request = await practice.request()
    practice.world.before.set('/health', ({ nth }) => (nth === 2 ? 'cut' : undefined))
    expect(await practice.pass(request)).toMatchObject({ status: 'done' })
    expect(practice.world.asked.filter((path) => path === '/health')).toHaveLength(3)
  })
})

const POLICY_WITH_PATIENCE = `
slos: {}
values:
  conflictRounds: { is: 2, unit: count, source: test }
  unknownFor: { is: 5s, source: test }
  mostShare: { is: 40%, unit: ratio, source: test }
roles:
  on-call: { text: is called }
  lead: { text: leads }
`

describe('a reading', () => {
  test('G10: that says what no record can carry is unknown, and is not tried for ever', async () => {
    const definition = practice.host.definitions.get('practice.health')
    if (definition?.kind !== 'reading') throw new Error('no such reading')
    const broken = {
      ...definition,
      read: async () => ({ value: { state: 'sick', share: 0.5 }, roundTrip: true, source: '\ud800' }),
    }
    const record = await takeReading(broken, { name: 'health', input: INPUT }, practice.host.connections)
    expect(record).toMatchObject({ unknown: { reason: 'invalid' } })
    await expect(practice.host.keys.attest('run-1', 'look.health', record)).resolves.toBeDefined()
  })

  test('G10: whose reason is cut in the middle of a character is unknown, and can be attested', async () => {
    const definition = practice.host.definitions.get('practice.health')
    if (definition?.kind !== 'reading') throw new Error('no such reading')
    const broken = { ...definition, read: () => Promise.reject(new Error(`${'x'.repeat(299)}😀`.slice(0, 300))) }
    const record = await takeReading(broken, { name: 'health', input: INPUT }, practice.host.connections)
    await expect(practice.host.keys.attest('run-1', 'look.health', record)).resolves.toBeDefined()
    expect(record.unknown?.reason).toBe('error')
  })

  test('G10: that never ends, and listens to no signal, is unknown when its time is over', async () => {
    const definition = practice.host.definitions.get('practice.health')
    if (definition?.kind !== 'reading') throw new Error('no such reading')
    const hanging = { ...definition, timeoutMs: 50, read: () => new Promise<never>(() => undefined) }
    const record = await takeReading(hanging, { name: 'health', input: INPUT }, practice.host.connections)
    expect(record).toMatchObject({ unknown: { reason: 'timeout' } })
  })

  test('G30: whose connection lacks its secret is unknown, and says which secret, not what it was', async () => {
    await rm(`${practice.folder}/token`)
    expect(await take('health')).toMatchObject({
      unknown: { reason: 'error', detail: expect.stringContaining('holds no secret') as string },
    })
  })
})

const INPUT = { environment: 'production', app: 'shop' }

describe('the value on which a write depends', () => {
  test('G7: that has moved since the decision is a conflict, and the write is not tried', async () => {
    const request = await practice.request()
    practice.world.owner = { ...practice.world.owner, epoch: 8 }
    expect(await practice.pass(request)).toMatchObject({ status: 'conflict', expected: 7, found: 8 })
    expect(practice.world.asked).not.toContain('/change')
    expect(await practice.records(request)).toEqual([])
  })

  test('G7: that moves between the door’s reading and the write is a conflict, and is not read again to make it succeed', async () => {
    const request = await practice.request()
    practice.world.commits.set('/change', () => {
      practice.world.owner = { ...practice.world.owner, epoch: 8 }
    })
    expect(await practice.pass(request)).toMatchObject({ status: 'conflict', expected: 7, found: { epoch: 8 } })
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G7: sends the run back to its readings, so often and no more', async () => {
    let moves = 0
    practice.world.before.set('/change', () => {
      moves += 1
      practice.world.owner = { ...practice.world.owner, epoch: practice.world.owner.epoch + 1 }
    })
    const ran = await practice.run()
    expect(moves).toBe(3)
    expect(ran.state.entries.filter(({ kind }) => kind === 'conflict')).toHaveLength(2)
    expect(practice.world.did('switch')).toBe(0)
  })

  test('G7: is unknown, and denies, where its reading proves no round trip', async () => {
    const request = await practice.request()
    practice.world.echoes = false
    expect(await practice.pass(request)).toMatchObject({ status: 'denied', denial: { by: 'facts', unknown: true } })
  })
})
