import { afterEach, describe, expect, test } from 'vitest'
import { passClaim } from '../../engine/host/door/claim.ts'
import { NAMES } from '../../schemas/run.ts'
import type { ClaimRequest, ClaimResult, EffectRequest } from '../../schemas/run.ts'
import { effectsOf, runbookOf, withLook } from './practice-runbooks.ts'
import { Practice } from './practice.ts'
import type { RunOptions } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const NOTHING: EffectRequest['grounds'] = { facts: {}, decisions: {}, votes: [] }

const NOTE = (id: string, more = '    leaves: the note stays\n') =>
  `  - id: ${id}\n    do: practice.writeNote\n    with: { text: ${id} }\n${more}`

const TWO = `${NOTE('first')}${NOTE('second')}`
const SIGN_OFF = withLook(`  - id: everyone
    forEach: { member: members.items }
    approve: "Is {{member.member}} free?"
    who: lead
    within: 1m
${NOTE('take')}`)
const SIGN_OFF_IN_BLOCK = withLook(`  - id: everyone
    forEach: { member: members.items }
    steps:
      - { id: free, approve: "Is {{member.member}} free?", who: lead, within: 1m }
${NOTE('take')}`)

const CALLEE = `  - { id: look, read: [health] }
  - { id: judge, decide: { sick: "health.state == 'sick'" }, otherwise: well, continueOn: [sick] }
${NOTE('empty', '    undo: { do: practice.writeNote, with: { text: filled again } }\n')}`
const CALLEE_END = `  emptied: { as: escalated, when: { empty: done }, tell: [on-call] }
  nothing-to-do: { as: deferred, tell: [on-call] }
`
const CALLER = `  - { id: drain, call: drain-it, continueOn: [emptied] }
${NOTE('reboot')}${NOTE('last')}`

async function open(runbooks: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
  const texts = Object.entries(runbooks).map(([id, steps]) => runbookOf(id, steps))
  practice = await Practice.open({ files: { ...(Object.assign({}, ...texts) as object), ...files } })
  expect(practice.host.catalogue.diagnostics).toEqual([])
  practice.world.members = {
    items: [
      { member: 'm-1', ready: true },
      { member: 'm-2', ready: true },
    ],
    complete: true,
  }
}

const openCaller = async (outcomes = CALLEE_END) =>
  open({ caller: CALLER }, runbookOf('drain-it', CALLEE, { outcomes }))
const request = async (runbook: string, step: string, options: RunOptions = {}) =>
  practice.request(step, { runbook, inputs: INPUTS, ...options })
const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })
const note = (asked: EffectRequest, step: string, text = step): EffectRequest => ({
  ...asked,
  step,
  input: { environment: 'production', text },
})
const claim = async (
  { admission }: Pick<EffectRequest, 'admission'>,
  { outcome, as, ...more }: Partial<ClaimRequest> & { outcome: string; as: string },
): Promise<ClaimResult> => {
  const claims = [{ effect: `claim.${as}`, target: { run: admission.admission.runId } }]
  const seam = practice.seam({ admission }, { action: NAMES.claim, activity: `claim.${outcome}` })
  return passClaim({ admission, outcome, claims, grounds: NOTHING, ...more }, seam)
}
const notes = () => practice.world.changes.map(({ body }) => body['text'])
const astray = (what: string) => ({
  status: 'denied',
  denial: { by: 'admission', message: expect.stringContaining(what) as unknown },
})

describe('an activity that is scheduled by hand', () => {
  test('G25: under the name of another step leaves no receipt in that one’s place', async () => {
    await open({ two: TWO })
    const asked = await request('two', 'first')
    expect(await pass(asked, { activity: 'second' })).toMatchObject(astray('second'))
    expect(notes()).toEqual([])
  })

  test('G25: under names of its own does the same step no second time', async () => {
    await open({ two: TWO })
    const asked = await request('two', 'first')
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    expect(await pass({ ...asked, round: 1 }, { activity: 'again' })).toMatchObject({ status: 'denied' })
    expect(await pass({ ...asked, round: 1 }, { activity: 'first#2' })).toMatchObject({ status: 'already-done' })
    expect(notes()).toEqual(['first'])
  })
})

describe('people who are asked one by one', () => {
  test.each([
    ['in a loop', SIGN_OFF, 'everyone'],
    ['in a block with a loop', SIGN_OFF_IN_BLOCK, 'free'],
  ])('G25: %s, must all have approved', async (_name, steps, instance) => {
    await open({ 'sign-off': steps })
    const votes = Object.fromEntries([0, 1].map((item) => [`${instance}.${item}`, [{ user: 'ben', role: 'lead' }]]))
    const asked = await request('sign-off', 'take', { votes })
    const [one, two] = asked.grounds.votes
    for (const given of [[], [one], [one, one], [two]])
      expect(await pass({ ...asked, grounds: { ...asked.grounds, votes: given as never } })).toMatchObject(
        astray('was not approved'),
      )
    expect(await pass(asked)).toMatchObject({ status: 'done' })
  })
})

describe('a called runbook', () => {
  test('G25: whose end is claimed by hand has not ended', async () => {
    await openCaller()
    const asked = await request('caller', 'drain.empty')
    expect(await claim(asked, { outcome: 'drain.emptied', as: 'escalated' })).toMatchObject({ status: 'denied' })
    expect(await pass(note(asked, 'reboot'))).toMatchObject(astray('how `drain` ended'))
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    const { grounds } = asked
    expect(await claim(asked, { outcome: 'drain.emptied', as: 'escalated', grounds })).toMatchObject({ status: 'said' })
    expect(await pass(note(asked, 'reboot'))).toMatchObject({ status: 'done' })
  })

  test('G25: has one end', async () => {
    await openCaller()
    practice.world.health = { state: 'well', share: 0 }
    const { signed, state } = await practice.run('caller', { inputs: INPUTS })
    expect(effectsOf(state)).toEqual([])
    const asked = { admission: signed, step: 'reboot', round: 0, input: {}, grounds: NOTHING }
    expect(await claim(asked, { outcome: 'drain.emptied', as: 'escalated' })).toMatchObject({ status: 'denied' })
  })

  test('G24: whose steps are taken back after its end, takes the caller’s way with it', async () => {
    await openCaller()
    const asked = await request('caller', 'reboot')
    expect(await pass(note(asked, 'drain.empty-undo', 'filled again'))).toMatchObject({ status: 'done' })
    expect(await pass(asked)).toMatchObject(astray('taking its steps back'))
  })
})

describe('a claim', () => {
  const END = `  noted: { as: deferred, when: { second: done }, tell: [on-call] }
  unclear: { as: escalated, tell: [on-call] }
`
  test('G25: of an end to which the run has not come is not said', async () => {
    await open({}, runbookOf('two', TWO, { outcomes: END }))
    const asked = await request('two', 'second')
    expect(await claim(asked, { outcome: 'noted', as: 'deferred' })).toMatchObject({ status: 'denied' })
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    expect(await claim(asked, { outcome: 'noted', as: 'deferred' })).toMatchObject({ status: 'said' })
  })

  test('G20: about something else than the Plan’s is not said, whatever of the grounds is left out', async () => {
    const outcomes = `  switched: { as: succeeded, when: { first: done }, claim: { switched: { app: "{{what.app}}" } }, tell: [lead] }
  unclear: { as: escalated, tell: [on-call] }
`
    const steps = `  - { id: look, read: [owner] }\n${NOTE('first')}`
    await open({}, runbookOf('two', steps, { outcomes: outcomes.replace('what.app', 'inputs.app') }))
    const { admission } = await request('two', 'first')
    const { runId } = admission.admission
    const claims = [
      { effect: 'claim.succeeded', target: { run: runId } },
      { effect: 'claim.switched', target: { run: runId, environment: 'production', app: 'desk' } },
    ]
    expect(await claim({ admission }, { outcome: 'switched', as: 'succeeded', claims })).toMatchObject({
      status: 'denied',
    })
  })
})
