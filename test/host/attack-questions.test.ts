import { afterEach, describe, expect, test, vi } from 'vitest'
import { judgeOptions } from '../../engine/host/door/options.ts'
import { checkVote, recordQuestion } from '../../engine/host/votes.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { NAMES } from '../../schemas/run.ts'
import type { EffectRequest, QuestionRecord, SignedAdmission, SignedVote } from '../../schemas/run.ts'
import { practiceFile } from './practice-catalogue.ts'
import { runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const RULES = `${practiceFile('rules/practice.yaml')}
  - id: no-notes-while-sick
    text: Do not write while the app is sick.
    source: test
    facts: { state: { read: practice.health, with: { app: shop } } }
    checks: [{ guards: [note.write], require: ["state.state == 'well'"] }]
    overridable: never
    next: wait
`
const STEPS = `  - { id: look, read: [owner] }
  - id: what
    ask: Write a note?
    who: lead
    within: 1m
    choose:
      write: { effects: [note.write] }
      leave: { effects: [] }
  - id: behind
    do: practice.switchOwner
    with: { to: "{{inputs.to}}", expectedEpoch: "{{owner.epoch}}" }
    leaves: it serves
`

async function open(): Promise<void> {
  const inputs = '{ environment: environment, app: app, to: digest }'
  const files = { 'rules/practice.yaml': RULES, ...runbookOf('ask', STEPS, { inputs }) }
  practice = await Practice.open({ files })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}

/** A run of which nobody has judged the options. */
async function unjudged(): Promise<SignedAdmission> {
  return practice.admission('ask', { inputs: { ...INPUTS, to: `sha256:${'0'.repeat(64)}` } })
}

async function ask(admission: SignedAdmission, change: Partial<QuestionRecord> = {}): Promise<string> {
  const { runId, planDigest } = admission.admission
  const question: QuestionRecord = {
    ...{ runId, planDigest, step: 'what', time: 9, kind: 'ask', text: 'Write a note?', who: ['lead'], shown: {} },
    until: new Date(Date.now() + 60_000).toISOString(),
    choices: ['write', 'leave'],
    ...change,
  }
  return recordQuestion({ admission, question }, practice.host)
}

/** A run that has asked once, and was answered. */
async function asked(): Promise<SignedAdmission> {
  return (await behind()).admission
}

async function judge(admission: SignedAdmission) {
  const effects = [{ effect: 'note.write', target: { environment: 'production' } }]
  const options = [
    { name: 'write', effects },
    { name: 'leave', effects: [] },
  ]
  const asked = { admission, step: 'what', grounds: { facts: {}, decisions: {}, votes: [] }, options }
  return judgeOptions(asked, practice.seam({ admission }, { action: NAMES.options, activity: 'what?' }))
}

async function choice(admission: SignedAdmission, option: string, factsDigest?: string): Promise<SignedVote> {
  const given = await practice.vote(admission, { step: 'what', user: 'ben', role: 'lead', option })
  return factsDigest === undefined ? given : practice.host.keys.take({ ...given.vote, factsDigest })
}

/** The request for the step behind the question, by a run in which `leave` was chosen. */
const behind = async (): Promise<EffectRequest> => {
  const votes = { what: [{ user: 'ben', role: 'lead', option: 'leave' }] }
  return practice.request('behind', { runbook: 'ask', inputs: { ...INPUTS, to: `sha256:${'0'.repeat(64)}` }, votes })
}
const pass = async (asked: EffectRequest, votes: readonly SignedVote[]) =>
  practice.pass(
    { ...asked, grounds: { ...asked.grounds, votes } },
    { action: 'practice.switchOwner', activity: 'behind' },
  )

describe('a question that a forged workflow asks', () => {
  test('G22: before anybody has judged its options, is not recorded', async () => {
    await open()
    await expect(ask(await unjudged())).rejects.toThrow('nobody has judged')
  })

  test('G22: with an option that the rules deny, or that the Plan does not have, is not recorded', async () => {
    await open()
    const { admission } = await behind()
    await expect(ask(admission)).rejects.toThrow('the rules deny what `write` asks people for')
    for (const choices of [['leave', 'burn'], []])
      await expect(ask(admission, { choices })).rejects.toThrow('no option')
    await judge(admission)
    await expect(ask(admission, { choices: ['leave'] })).resolves.toMatch(/^sha256:/)
  })

  test('G22: again, with a verdict from before it was asked the last time, is not recorded', async () => {
    await open()
    const admission = await asked()
    practice.world.health = { state: 'well', share: 0 }
    await judge(admission)
    const second = await ask(admission, { time: 2 })
    practice.world.health = { state: 'sick', share: 1 }
    await expect(ask(admission, { time: 3 })).rejects.toThrow('judged what its options ask people for since question 2')
    expect(await judge(admission)).toMatchObject({ allowed: ['leave'] })
    await expect(ask(admission, { time: 3 })).rejects.toThrow('the rules deny')
    await expect(ask(admission, { time: 3, choices: ['leave'] })).resolves.not.toBe(second)
  })

  test('G22: that a worker recorded before it died, is asked by the verdict that it was recorded with', async () => {
    await open()
    const admission = await asked()
    const until = new Date(Date.now() + 60_000).toISOString()
    for (const time of [2, 3]) {
      await judge(admission)
      const digest = await ask(admission, { time, choices: ['leave'], until })
      expect(await ask(admission, { time, choices: ['leave'], until })).toBe(digest)
    }
  })

  test('G22: by a verdict that was recorded before verdicts were bound to questions, is recorded as it was then', async () => {
    await open()
    const { admission } = await behind()
    const { runId } = admission.admission
    const { store } = practice.host
    const bytes = (await store.read(runId, 'options-what-1.json')) ?? Buffer.alloc(0)
    const { asked: before, ...old } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
    expect(before).toBe(0)
    await expect(ask(admission, { choices: ['leave'] })).rejects.toThrow('since question 1')
    await store.putOnce(runId, 'options-what-2.json', jsonBytes({ ...old, number: 2 }))
    await expect(ask(admission, { choices: ['leave'] })).resolves.toMatch(/^sha256:/)
  })

  test('G13: G22: that the rules deny now, by a clock that is behind, is not recorded', async () => {
    await open()
    const admission = await asked()
    practice.world.health = { state: 'well', share: 0 }
    const ahead = vi.spyOn(Date.prototype, 'toISOString').mockReturnValue('2099-01-01T00:00:00.000Z')
    expect(await judge(admission)).toMatchObject({
      allowed: ['write', 'leave'],
    })
    ahead.mockRestore()
    practice.world.health = { state: 'sick', share: 1 }
    expect(await judge(admission)).toMatchObject({ allowed: ['leave'] })
    await expect(ask(admission)).rejects.toThrow('the rules deny what `write` asks people for')
    practice.world.health = { state: 'well', share: 0 }
    expect(await judge(admission)).toMatchObject({
      allowed: ['write', 'leave'],
    })
    await expect(ask(admission)).resolves.toMatch(/^sha256:/)
  })

  test('G22: is judged again where another worker has judged it meanwhile, which saw newer facts', async () => {
    await open()
    const admission = await asked()
    practice.world.health = { state: 'well', share: 0 }
    const { store } = practice.host
    const put = store.putOnce.bind(store)
    let late = true
    const slow = vi.spyOn(store, 'putOnce').mockImplementation(async (runId, name, bytes) => {
      if (late && name.startsWith('options-')) {
        late = false
        practice.world.health = { state: 'sick', share: 1 }
        expect(await judge(admission)).toMatchObject({ allowed: ['leave'] })
      }
      return put(runId, name, bytes)
    })
    expect(await judge(admission)).toMatchObject({ allowed: ['leave'] })
    slow.mockRestore()
    const names = (await store.list(admission.admission.runId)).filter((name) => name.startsWith('options-'))
    expect(names).toEqual([1, 2, 3].map((number) => `options-what-${number}.json`))
    await expect(ask(admission)).rejects.toThrow('the rules deny')
  })

  test('G22: in other words than the Plan’s is not recorded', async () => {
    await open()
    const { admission } = await behind()
    await expect(ask(admission, { choices: ['leave'], text: 'Write it by hand.' })).rejects.toThrow('other words')
  })

  test('G22: and that was not recorded, takes no votes: neither as they come nor at the door', async () => {
    await open()
    const asked = await behind()
    const { admission } = asked
    const [left] = asked.grounds.votes
    const forged = await choice(admission, 'write', `sha256:${'7'.repeat(64)}`)
    expect(await checkVote({ admission, vote: forged, triggers: [] }, practice.host)).toMatchObject({ counted: false })
    expect(await pass(asked, [forged])).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    const onIt = await choice(admission, 'write', left?.vote.factsDigest)
    expect(await pass(asked, [onIt])).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    expect(await pass(asked, asked.grounds.votes)).toMatchObject({ status: 'done' })

    const other = await unjudged()
    const vote = await choice(other, 'leave')
    expect(await checkVote({ admission: other, vote, triggers: [] }, practice.host)).toMatchObject({ counted: false })
  })
})
