import { afterEach, describe, expect, test } from 'vitest'
import { judgeOptions } from '../../engine/host/door/options.ts'
import { watchRun } from '../../engine/host/door/watch.ts'
import { NAMES } from '../../schemas/run.ts'
import type { EffectRequest, Trigger } from '../../schemas/run.ts'
import { practiceFile } from './practice-catalogue.ts'
import { ASK, effectsOf, runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'
import type { RunOptions } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const RULES = practiceFile('rules/practice.yaml')

const NOTE = (id: string, more = '') => `  - id: ${id}
    do: practice.writeNote
    with: { text: ${id} }
${more}`
const LEAVES = '    leaves: the note stays\n'
const UNDO = '    undo: { do: practice.writeNote, with: { text: taken back } }\n'

const TAKE_BACK = `${NOTE('first', UNDO)}  - { id: look, read: [health] }
  - { id: judge, decide: { well: "health.state == 'well'" }, otherwise: sick, continueOn: [well] }
${NOTE('second', LEAVES)}`
const TWICE = `${NOTE('first', LEAVES)}  - { id: agreed, approve: "Go on?", who: lead, within: 1m }\n${NOTE('second', LEAVES)}`

const FACTS = '    facts: { state: { read: practice.health, with: { app: shop } } }\n'

const RULE = (check: string) => `${RULES}
  - id: the-rule
    text: Not like this.
    source: test
${check.includes('state') ? FACTS : ''}    checks:
      - ${check}
    overridable: never
    next: look again
`

async function open(steps: Record<string, string>, files: Record<string, string> = {}): Promise<void> {
  const runbooks = Object.entries(steps).map(([id, text]) => runbookOf(id, text))
  practice = await Practice.open({ files: Object.assign({}, ...runbooks, files) as Record<string, string> })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}

const request = async (runbook: string, step: string, options: RunOptions = {}) =>
  practice.request(step, { runbook, inputs: INPUTS, ...options })
const pass = async (asked: EffectRequest, more: object = {}) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step, ...more })
const denied = (by: string, what: string) => ({
  status: 'denied',
  denial: { by, message: expect.stringContaining(what) as unknown },
})
const notes = () => practice.world.changes.map(({ body }) => body['text'])

describe('an undo', () => {
  test('G24: takes back what was done, through the door, where the run stops', async () => {
    await open({ back: TAKE_BACK })
    const ran = await practice.run('back', { inputs: INPUTS })
    expect(notes()).toEqual(['first', 'taken back'])
    expect(await practice.records({ admission: ran.signed })).toEqual([
      'first-undo@1.intent.json',
      'first-undo@1.receipt.json',
      'first@1.intent.json',
      'first@1.receipt.json',
    ])
  })

  test('G24: of what has no receipt, or has no undo, is refused; and so is anything forward after it', async () => {
    await open({ back: TAKE_BACK })
    practice.world.health = { state: 'well', share: 0 }
    const forward = await request('back', 'second')
    const ground = { ...forward, grounds: { facts: {}, decisions: {}, votes: [] } }
    const back = { ...ground, step: 'first-undo', input: { environment: 'production', text: 'taken back' } }
    expect(await pass({ ...back, step: 'second-undo' })).toMatchObject(denied('admission', 'no step'))
    expect(await pass({ ...back, input: { ...back.input, text: 'other' } })).toMatchObject(
      denied('admission', 'inputs'),
    )
    expect(await pass(back)).toMatchObject({ status: 'done' })
    expect(await pass(forward)).toMatchObject(denied('admission', 'taking its steps back'))
  })

  test('G24: is not held back by the change window, but by the rules', async () => {
    await open({ back: TAKE_BACK })
    const asked = await request('back', 'first')
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    const back = { ...asked, step: 'first-undo', input: { environment: 'production', text: 'taken back' } }
    const rules = RULE('{ guards: [note.write], require: ["state.state == \'well\'"] }')
    const host = await practice.restarted({ files: { ...runbookOf('back', TAKE_BACK), 'rules/practice.yaml': rules } })
    expect(await pass(back, { host })).toMatchObject({ status: 'denied', denial: { rule: 'the-rule' } })
    practice.world.health = { state: 'well', share: 0 }
    expect(await pass(back, { host, attempt: 2 })).toMatchObject({ status: 'done' })
  })
})

describe('a question with options', () => {
  const votes = (option: string) => ({ what: [{ user: 'ben', role: 'lead', option }] })

  test('G25: leads to what was chosen, by votes that count', async () => {
    await open({ ask: ASK })
    const { state } = await practice.run('ask', { inputs: INPUTS, votes: votes('write') })
    expect(effectsOf(state)).toEqual([['note', 'done']])
  })

  test('G25: leads nowhere without them, or where something else was chosen', async () => {
    await open({ ask: ASK })
    const asked = await request('ask', 'note', { votes: votes('write') })
    const other = await practice.vote(asked.admission, { step: 'what', user: 'ben', role: 'lead', option: 'leave' })
    const nobody = await practice.vote(asked.admission, { step: 'what', user: 'eve', role: 'lead', option: 'write' })
    for (const forged of [[], [other], [nobody]])
      expect(await pass({ ...asked, grounds: { ...asked.grounds, votes: forged } })).toMatchObject(
        denied('admission', 'what'),
      )
    expect(await pass(asked)).toMatchObject({ status: 'done' })
  })

  test('G22: an option is judged by the rules on its effects before anybody is asked', async () => {
    const rules = RULE('{ guards: [note.write], require: ["state.state == \'well\'"] }')
    await open({ ask: ASK }, { 'rules/practice.yaml': rules })
    const { admission } = await request('ask', 'note', { votes: votes('write') }).catch(async () => ({
      admission: (await practice.run('ask', { inputs: INPUTS })).signed,
    }))
    const target = { environment: 'production' }
    const options = [
      { name: 'write', effects: [{ effect: 'note.write', target }] },
      { name: 'leave', effects: [] },
    ]
    const asked = { admission, step: 'what', grounds: { facts: {}, decisions: {}, votes: [] }, options }
    const seam = practice.seam({ admission }, { action: NAMES.options, activity: 'what?' })
    expect(await judgeOptions(asked, seam)).toMatchObject({
      allowed: ['leave'],
      denied: { write: { rule: 'the-rule' } },
    })
    practice.world.health = { state: 'well', share: 0 }
    expect(await judgeOptions(asked, seam)).toEqual({ allowed: ['write', 'leave'], denied: {} })
    const [write] = options
    const forged = { ...asked, options: [{ ...write, name: 'write', effects: [] }, options[1]] as never }
    expect(await judgeOptions(forged, seam)).toMatchObject({ allowed: [] })
    expect(practice.world.did('note')).toBe(0)
  })
})

describe('the modes of a trigger', () => {
  const by = (mode: 'observe' | 'propose'): Trigger => ({
    kind: 'alert',
    occurrence: 'f|now',
    alert: {},
    warnings: [],
    mode,
  })

  test('G39: a run that observes judges, leaves evidence, and causes nothing', async () => {
    await open({ twice: TWICE })
    const asked = await request('twice', 'first', { trigger: by('observe') })
    expect(await pass(asked)).toMatchObject(denied('mode', 'only observes'))
    expect(await practice.records(asked)).toEqual(['first@1.denial.json'])
    expect(practice.world.did('note')).toBe(0)
  })

  test('G39: a run that proposes causes nothing before its owner has agreed to that', async () => {
    await open({ twice: TWICE })
    const { admission: signed } = await practice.request('first', {
      runbook: 'twice',
      inputs: INPUTS,
      trigger: by('propose'),
      votes: { first: [{ user: 'ada', role: 'on-call' }] },
    })
    const grounds = { facts: {}, decisions: {}, votes: [] }
    const asked = {
      admission: signed,
      step: 'first',
      round: 0,
      input: { environment: 'production', text: 'first' },
      grounds,
    }
    const agree = async (step: string, user: string) => practice.vote(signed, { step, user, role: 'on-call' })
    const none = [[], [await agree('agreed', 'ada')], [await agree('first', 'ben')]]
    for (const [at, votes] of none.entries())
      expect(await pass({ ...asked, grounds: { ...grounds, votes } }, { activity: `first#${at + 2}` })).toMatchObject({
        status: 'denied',
        denial: { by: 'mode' },
      })
    const votes = [await agree('first', 'ada')]
    expect(await pass({ ...asked, grounds: { ...grounds, votes } }, { activity: 'first#9' })).toMatchObject({
      status: 'done',
    })
  })
})

describe('rules about what a run has done', () => {
  test('G20: form 3 asks for a reading that this installation really took', async () => {
    const rules = RULE('{ guards: [note.write], after: [practice.members] }')
    await open({ note: `  - { id: look, read: [members] }\n${NOTE('note', LEAVES)}` }, { 'rules/practice.yaml': rules })
    const asked = await request('note', 'note')
    const { taken = [] } = asked.grounds
    expect(taken).toHaveLength(1)
    const forged = taken.map((fact) => ({ ...fact, signature: Buffer.alloc(64).toString('base64') }))
    expect(await pass({ ...asked, grounds: { ...asked.grounds, taken: forged } })).toMatchObject({
      status: 'denied',
      denial: { rule: 'the-rule' },
    })
    expect(await pass({ ...asked, grounds: { ...asked.grounds, taken: [] } }, { attempt: 2 })).toMatchObject({
      status: 'denied',
    })
    expect(await pass(asked, { attempt: 3 })).toMatchObject({ status: 'done' })
  })

  test('G20: form 6 holds at every effect in between, and is watched while the run waits', async () => {
    const rules = RULE('{ during: { from: note.write, to: route.switch }, require: ["state.state == \'sick\'"] }')
    await open({ twice: TWICE }, { 'rules/practice.yaml': rules })
    const asked = await request('twice', 'second', { votes: { agreed: [{ user: 'ben', role: 'lead' }] } })
    const seam = practice.seam({ admission: asked.admission }, { action: NAMES.watch, activity: 'agreed.watch' })
    expect(await watchRun({ admission: asked.admission, step: 'agreed' }, seam)).toEqual({})
    practice.world.health = { state: 'well', share: 0 }
    expect(await watchRun({ admission: asked.admission, step: 'agreed' }, seam)).toMatchObject({
      denial: { rule: 'the-rule' },
    })
    expect(await pass(asked)).toMatchObject({ status: 'denied', denial: { rule: 'the-rule' } })
    practice.world.health = { state: 'sick', share: 0.5 }
    expect(await pass(asked, { attempt: 2 })).toMatchObject({ status: 'done' })
  })
})
