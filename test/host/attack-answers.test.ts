import { afterEach, describe, expect, test } from 'vitest'
import { passClaim } from '../../engine/host/door/claim.ts'
import { judgeOptions } from '../../engine/host/door/options.ts'
import { checkVote, recordQuestion } from '../../engine/host/votes.ts'
import { NAMES } from '../../schemas/run.ts'
import type { EffectRequest, Grounds, QuestionRecord, SignedVote } from '../../schemas/run.ts'
import { practiceFile } from './practice-catalogue.ts'
import { ASK, runbookOf } from './practice-runbooks.ts'
import { Practice } from './practice.ts'

let practice: Practice
afterEach(async () => practice.close())

const INPUTS = { environment: 'production', app: 'shop' }
const EFFECTS = practiceFile('effects.yaml')
const NOTHING: Grounds = { facts: {}, decisions: {}, votes: [] }
const NOTE = `  - id: note
    do: practice.writeNote
    with: { text: note }
    leaves: the note stays
`

async function open(files: Record<string, string>): Promise<void> {
  practice = await Practice.open({ files })
  expect(practice.host.catalogue.diagnostics).toEqual([])
}
const pass = async (asked: EffectRequest) =>
  practice.pass(asked, { action: 'practice.writeNote', activity: asked.step })

describe('an option that was not offered', () => {
  test('G22: since the rules deny it, is no answer, whoever gives it', async () => {
    await open(runbookOf('ask', ASK))
    const votes = { what: [{ user: 'ben', role: 'lead', option: 'write' }] }
    const asked = await practice.request('note', { runbook: 'ask', inputs: INPUTS, votes })
    const { admission } = asked
    const question: QuestionRecord = {
      runId: admission.admission.runId,
      planDigest: admission.admission.planDigest,
      step: 'what',
      time: 2,
      kind: 'ask',
      text: 'Which one?',
      who: ['lead'],
      until: new Date(Date.now() + 60_000).toISOString(),
      shown: {},
      choices: ['leave'],
    }
    const options = [
      { name: 'write', effects: [{ effect: 'note.write', target: { environment: 'production' } }] },
      { name: 'leave', effects: [] },
    ]
    const judging = { admission, step: 'what', grounds: { facts: {}, decisions: {}, votes: [] }, options }
    await judgeOptions(judging, practice.seam({ admission }, { action: NAMES.options, activity: 'what?' }))
    const factsDigest = await recordQuestion({ admission, question }, practice.host)
    const given = await practice.vote(admission, { step: 'what', user: 'ben', role: 'lead', option: 'write' })
    const vote: SignedVote = await practice.host.keys.take({ ...given.vote, factsDigest })
    // Past the activity that would have recorded it, and then with it.
    const forged = { ...asked, grounds: { ...asked.grounds, votes: [vote] } }
    expect(await pass(forged)).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
    expect(await checkVote({ admission, vote, triggers: [] }, practice.host)).toMatchObject({ counted: false })
    expect(await pass(forged)).toMatchObject({ status: 'denied', denial: { by: 'admission' } })
  })
})

describe('a claim about what was read', () => {
  const files = {
    'effects.yaml': EFFECTS.replace('goals:', '  claim.given: { under: claim, target: { to: digest } }\ngoals:'),
    ...runbookOf('give', `  - { id: look, read: [owner] }\n${NOTE}`, {
      outcomes: `  given: { as: escalated, when: { note: done }, claim: { given: { to: "{{owner.digest}}" } }, tell: [lead] }
  unclear: { as: escalated, tell: [on-call] }
`,
    }),
  }

  test('G20: is not said of something else by leaving the reading out', async () => {
    await open(files)
    const asked = await practice.request('note', { runbook: 'give', inputs: INPUTS })
    expect(await pass(asked)).toMatchObject({ status: 'done' })
    const { admission } = asked
    const run = admission.admission.runId
    const said = async (to: string, grounds: Grounds) => {
      const claims = [
        { effect: 'claim.escalated', target: { run } },
        { effect: 'claim.given', target: { run, to } },
      ]
      const seam = practice.seam({ admission }, { action: NAMES.claim, activity: `claim.${to.slice(-1)}` })
      return passClaim({ admission, outcome: 'given', claims, grounds }, seam)
    }
    expect(await said(`sha256:${'9'.repeat(64)}`, NOTHING)).toMatchObject({
      status: 'denied',
      denial: { by: 'admission' },
    })
    const { outcome } = await practice.run('give', { inputs: INPUTS })
    expect(outcome).toMatchObject({ name: 'given' })
  })
})
