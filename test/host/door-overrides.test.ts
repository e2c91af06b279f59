import { z } from 'zod'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { defineReading } from '../../actions/define.ts'
import type { Host } from '../../engine/host/host.ts'
import { checkVote, recordQuestion } from '../../engine/host/votes.ts'
import { allPasses } from '../../evidence/effects.ts'
import { readBallot, voteName } from '../../evidence/ballot.ts'
import type {
  Denial,
  EffectRequest,
  EffectResult,
  QuestionRecord,
  SignedVote,
  Trigger,
  Vote,
} from '../../schemas/run.ts'
import { bool, id } from '../../schemas/types.ts'
import { COUNTED, listSigners, signedBy, voteFor } from '../support/ballots.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'
import { practiceDefinitions } from './practice-actions.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'
import { OLD } from './world.ts'

const BY_CY: Trigger = { kind: 'person', by: { user: 'cy', host: 'test', assurance: 'self-asserted' } }
const INPUTS = { environment: 'production', app: 'shop', to: OLD }
const POLICY = practiceFile('policy.yaml').replace('  mostShare:', '  quick: { is: 1s, source: test }\n  mostShare:')

/** A rule that may be overridden while the app is sick. */
const rule = (id: string, check: string) => `
  - id: ${id}
    text: Not like this.
    source: test
    facts:
      state: { read: practice.health, with: { app: shop } }
${check.includes('group') ? '      group: practice.hosts\n' : ''}    checks:
      - ${check}
    overridable: { when: state.state == 'sick', who: lead }
    next: look again
`
const NOTE = (id: string) =>
  `  - { id: ${id}, do: practice.writeNote, with: { text: ${id} }, leaves: the note stays }\n`
const MOVE = `  - { id: look, read: [owner] }
  - id: move
    do: practice.switchOwner
    with: { to: "{{inputs.to}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: the other artifact serves
`

let people: People
let grace: Person
let cy: Person
let practice: Practice
let host: Host
beforeAll(async () => {
  people = await People.open()
  grace = await people.person('grace@example.com')
  cy = await people.person('cy@example.com')
})
afterAll(async () => people.close())
afterEach(async () => practice.close())

/** Hosts, of which one is ready. */
const hosts = defineReading({
  name: 'practice.hosts',
  summary: 'Which hosts are ready',
  authority: 'authoritative',
  input: z.strictObject({ environment: id('environment') }),
  output: z.strictObject({ items: z.array(z.strictObject({ id: id('host'), ready: bool() })) }),
  timeoutMs: 2_000,
  read: async () => {
    const items = ['m-1', 'm-2', 'm-3'].map((name) => ({ id: name, ready: name === 'm-2' }))
    return Promise.resolve({ value: { items }, complete: true, roundTrip: true, source: 'test' })
  },
})

/** The rule binds since the Plan has it, or since only the worker's catalogue has it now (G17). */
async function open(rules: string, steps: string, bound: 'by-plan' | 'by-catalogue' = 'by-plan'): Promise<void> {
  const runbook = runbookOf('glass', steps, { inputs: '{ environment: environment, app: app, to: digest }' })
  const policy = rules.includes('policy.quick') ? { 'policy.yaml': POLICY } : {}
  const now = { ...policy, 'rules/practice.yaml': `${practiceFile('rules/practice.yaml')}${rules}` }
  const definitions = [...practiceDefinitions(), hosts]
  const then = { ...(bound === 'by-plan' ? now : {}), ...runbook }
  practice = await Practice.open({ definitions, files: then, roles: { lead: [grace.name, cy.name, 'ben'] } })
  expect(practice.host.catalogue.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  await listSigners(practice.folder, [grace, cy])
  host = bound === 'by-plan' ? practice.host : await practice.restarted({ definitions, files: now })
}

/** An effect that was denied, and what people were asked about it. */
interface Stopped {
  readonly asked: EffectRequest
  readonly action: string
  readonly denial: Denial
  readonly factsDigest: string
}

let attempt = 0
const pass = async (asked: EffectRequest, action: string, activity = asked.step): Promise<EffectResult> =>
  practice.pass(asked, { action, activity, host, attempt: (attempt += 1) })

async function stopAt(step: string, action = 'practice.writeNote'): Promise<Stopped> {
  const asked = await practice.request(step, { runbook: 'glass', inputs: INPUTS, trigger: BY_CY })
  const result = await pass(asked, action)
  if (result.status !== 'denied') throw new Error(`the effect ended ${result.status}`)
  return { asked, action, denial: result.denial, factsDigest: await ask(asked, result.denial) }
}

async function ask(
  { admission, step }: EffectRequest,
  { message, overridable = [] }: Denial,
  time = 1,
): Promise<string> {
  const { runId, planDigest } = admission.admission
  const question: QuestionRecord = {
    ...{ runId, planDigest, step, time, kind: 'override', text: message, shown: {}, overridable },
    who: [...new Set(overridable.map(({ who }) => who))],
    until: new Date(Date.now() + 60_000).toISOString(),
  }
  return recordQuestion({ admission, question }, host)
}

async function override(stopped: Stopped, change: Partial<Vote> = {}, person = grace): Promise<SignedVote> {
  const { asked, denial, factsDigest } = stopped
  const [first] = denial.overridable ?? []
  const about = {
    ...{ name: person.name, step: asked.step, role: 'lead', decision: 'override' as const, factsDigest },
    overrides: { rule: first?.rule ?? '', ...(first?.item === undefined ? {} : { item: first.item }) },
    reason: 'nothing else can be done',
    expiresAt: new Date(Date.now() + 60_000).toISOString(),
    ...change,
  }
  return signedBy(person, voteFor(asked.admission, about), practice.host.keys)
}

const check = async ({ asked: { admission } }: Stopped, vote: SignedVote) =>
  checkVote({ admission, vote, triggers: [] }, host)
const passWith = async ({ asked, action }: Stopped, ...votes: SignedVote[]) =>
  pass({ ...asked, round: 1, grounds: { ...asked.grounds, votes } }, action, `${asked.step}#2`)

/** Passes with the override of somebody else, and leaves it on record: in the intent, and with the votes. */
async function expectOverridden(
  stopped: Stopped,
  votes: readonly SignedVote[],
  ...before: SignedVote[]
): Promise<void> {
  for (const vote of votes) expect(await check(stopped, vote)).toEqual(COUNTED)
  expect(await passWith(stopped, ...before, ...votes)).toMatchObject({ status: 'done' })
  const { runId } = stopped.asked.admission.admission
  const passes = (await allPasses(practice.host.store, runId)).get(stopped.asked.step) ?? []
  const intent = passes.find((one) => one.receipt !== undefined)?.intent?.value
  const by = { user: grace.name, reason: 'nothing else can be done', expiresAt: votes[0]?.vote.expiresAt }
  for (const { vote } of votes) {
    const { rule: id, item } = vote.overrides ?? { rule: '' }
    expect(intent?.verdicts).toContainEqual(
      expect.objectContaining({
        rule: id,
        ...(item === undefined ? {} : { item }),
        overriddenBy: expect.objectContaining({ user: by.user, reason: by.reason }) as unknown,
      }),
    )
  }
  const ballot = await readBallot(practice.host.store, runId)
  expect(ballot.votes.map(({ signed, verdict }) => [voteName(signed), verdict.counted])).toEqual(
    expect.arrayContaining(votes.map((vote) => [voteName(vote), true])),
  )
}

const denied = { status: 'denied', denial: { by: 'rule', rule: 'the-rule' } }

describe('a signed override by a second person, in time and for this very instance', () => {
  test('G26: lets an effect through that a rule of form 1 denies', async () => {
    await open(rule('the-rule', '{ guards: [note.write], require: ["state.state == \'well\'"] }'), NOTE('note'))
    const stopped = await stopAt('note')
    await expectOverridden(stopped, [await override(stopped)])
  })

  test('G26: item by item, where a rule judges each item', async () => {
    const each = '{ guards: [note.write], each: { one: group.items }, require: ["one.ready"] }'
    await open(rule('the-rule', each), NOTE('note'))
    const stopped = await stopAt('note')
    expect(stopped.denial.overridable?.map(({ item }) => item)).toEqual(['m-1', 'm-3'])
    const votes = await Promise.all(
      ['m-1', 'm-3'].map(async (item) => override(stopped, { overrides: { rule: 'the-rule', item } })),
    )
    for (const vote of votes) expect(await passWith(stopped, vote)).toMatchObject(denied)
    const whole = await override(stopped, { overrides: { rule: 'the-rule' } })
    expect(await passWith(stopped, whole)).toMatchObject(denied)
    await expectOverridden(stopped, votes)
  })

  test('G26: lets an effect through before another that must come first (form 3)', async () => {
    await open(rule('the-rule', '{ guards: [note.write], after: [route.switch] }'), NOTE('note'), 'by-catalogue')
    const stopped = await stopAt('note')
    await expectOverridden(stopped, [await override(stopped)])
  })

  test('G26: lets an effect through although an obligation is overdue (form 7)', async () => {
    const within = '{ mustWithin: { after: note.write, do: route.switch, within: policy.quick } }'
    await open(rule('the-rule', within), `${NOTE('first')}${NOTE('note')}${MOVE}`)
    const asked = await practice.request('note', { runbook: 'glass', inputs: INPUTS, trigger: BY_CY })
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const result = await pass(asked, 'practice.writeNote')
    if (result.status !== 'denied') throw new Error(`the effect ended ${result.status}`)
    const factsDigest = await ask(asked, result.denial)
    const stopped = { asked, action: 'practice.writeNote', denial: result.denial, factsDigest }
    await expectOverridden(stopped, [await override(stopped)])
  })
})

describe('an effect that two rules deny, one after the other', () => {
  test('G26: passes with an override of each: the first stands while people are asked about the second', async () => {
    const well = () => `{ guards: [note.write], require: ["state.state == 'well'"] }`
    await open(rule('the-rule', well()), NOTE('note'))
    const first = await stopAt('note')
    const one = await override(first)
    expect(await check(first, one)).toEqual(COUNTED)
    // Another rule binds from now on.
    host = await practice.restarted({
      definitions: [...practiceDefinitions(), hosts],
      files: { 'rules/practice.yaml': `${practiceFile('rules/practice.yaml')}${rule('the-other', well())}` },
    })
    const again = await passWith(first, one)
    if (again.status !== 'denied') throw new Error(`the effect ended ${again.status}`)
    expect(again.denial.overridable).toEqual([{ rule: 'the-other', who: 'lead' }])
    const second = { ...first, denial: again.denial, factsDigest: await ask(first.asked, again.denial, 2) }
    const other = await override(second)
    expect(await passWith(second, other)).toMatchObject(denied)
    await expectOverridden(second, [other], one)
  })
})

describe('an override of a rule that allows none', () => {
  test('G20: is not even asked for: form 4 is settled before a run begins', async () => {
    const check = '{ guards: [route.switch], onlyFrom: [practice.owner], input: [to] }'
    const never = rule('the-rule', check)
      .replace(/facts:[^]*?checks/, 'checks')
      .replace(/overridable: .*/, 'overridable: never')
    await open(never, MOVE, 'by-catalogue')
    expect(host.catalogue.diagnostics.map(({ code }) => code)).toEqual(['RB0441'])
    const asked = await practice.request('move', { runbook: 'glass', inputs: INPUTS, trigger: BY_CY })
    const result = await pass(asked, 'practice.switchOwner')
    if (result.status !== 'denied') throw new Error(`the effect ended ${result.status}`)
    expect(result).toMatchObject(denied)
    expect(result.denial.overridable).toBeUndefined()
    const forged = { ...result.denial, overridable: [{ rule: 'the-rule', who: 'lead' }] }
    await expect(ask(asked, forged)).rejects.toThrow('asks nothing like this')
  })
})

describe('an override that is not whole', () => {
  const openNote = async () => {
    const check = '{ guards: [note.write], require: ["state.state == \'well\'"] }'
    await open(rule('the-rule', check), `${NOTE('note')}${NOTE('other')}`)
    return stopAt('note')
  }

  test('G26: since it is unsigned, expired, without a reason or an end, or lasts too long, denies', async () => {
    const stopped = await openNote()
    const whole = await override(stopped)
    const { ssh: _unsigned, ...unsigned } = whole
    const wrong = [
      unsigned,
      await override(stopped, { expiresAt: new Date(Date.now() - 1).toISOString() }),
      await override(stopped, { reason: ' ' }),
      await override(stopped, { expiresAt: new Date(Date.now() + 25 * 3_600_000).toISOString() }),
    ]
    for (const vote of wrong) expect(await passWith(stopped, vote)).toMatchObject(denied)
    expect(practice.world.did('note')).toBe(0)
  })

  test('G26: since it expires before the effect, denies', async () => {
    const stopped = await openNote()
    const brief = await override(stopped, { expiresAt: new Date(Date.now() + 400).toISOString() })
    expect(await check(stopped, brief)).toEqual(COUNTED)
    await new Promise((resolve) => setTimeout(resolve, 450))
    expect(await passWith(stopped, brief)).toMatchObject(denied)
  })

  test('G26: by whoever asked for the run, with whichever key, or in another role, denies', async () => {
    const stopped = await openNote()
    const wrong = [
      await override(stopped, {}, cy),
      await override(stopped, { login: { user: 'cy', host: 'test' } }),
      await override(stopped, { role: 'on-call' }),
    ]
    for (const vote of wrong) expect(await passWith(stopped, vote)).toMatchObject(denied)
  })

  test('G26: of another rule, for another instance, run or question, denies', async () => {
    const stopped = await openNote()
    const elsewhere = await override({ ...stopped, asked: { ...stopped.asked, step: 'other' } })
    const other = await stopAt('note')
    const wrong = [
      await override(stopped, { overrides: { rule: 'only-when-sick' } }),
      await override(stopped, { overrides: { rule: 'the-rule', item: 'm-1' } }),
      elsewhere,
      await override(other),
      await override(stopped, { factsDigest: other.factsDigest }),
    ]
    for (const vote of wrong) expect(await passWith(stopped, vote)).toMatchObject(denied)
    expect(await passWith(stopped, await override(stopped))).toMatchObject({ status: 'done' })
  })

  test('G26: since the rule does not allow it any more, denies', async () => {
    const stopped = await openNote()
    const vote = await override(stopped)
    expect(await check(stopped, vote)).toEqual(COUNTED)
    practice.world.health = { state: 'gone', share: 0.5 }
    expect(await passWith(stopped, vote)).toMatchObject({ status: 'denied', denial: { by: 'rule' } })
  })
})
