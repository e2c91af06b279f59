import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { questionDigest, questionName } from '../../evidence/ballot.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import type { Json } from '../../schemas/json.ts'
import type { ClaimResult, RunEntry } from '../../schemas/run.ts'
import { withEvents } from './events.ts'
import { admit, beforeEachRun, questionOf, ranWell } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

type Kind = RunEntry['kind']
type Change = Readonly<Record<string, unknown>>

/** The run tells an entry of this kind otherwise than it was. */
function telling(kind: Kind, change: Change | ((entry: RunEntry) => Change)): (input: SealInput) => SealInput {
  return (input) => {
    const entries = input.entries.map((entry) => {
      const changed = typeof change === 'function' ? change(entry) : change
      return entry.kind === kind ? { ...entry, ...changed } : entry
    })
    return { ...input, entries }
  }
}

/** The run tells one thing more, after everything else. */
function tellingMore(entry: object): (input: SealInput) => SealInput {
  return ({ entries, ...input }) => {
    const more = { seq: entries.length, at: input.finishedAt, ...entry } as unknown as RunEntry
    return { ...input, entries: [...entries, more] }
  }
}

function without(kind: Kind): (input: SealInput) => SealInput {
  return (input) => {
    const entries = input.entries.filter((entry) => entry.kind !== kind).map((entry, seq) => ({ ...entry, seq }))
    return { ...input, entries }
  }
}

/** The activity answered otherwise than it did. */
function answering(id: string, result: Json): (input: SealInput) => SealInput {
  return (input) => {
    const activities = input.history.activities.map((one) => (one.activityId === id ? { ...one, result } : one))
    return { ...input, history: withEvents({ ...input.history, activities }) }
  }
}

const CASES = [
  { name: 'app-only', says: 'true', observed: {} },
  { name: 'db-fault', says: 'false', observed: {} },
]

/** What stands beside it says otherwise, and the sealing names it. */
const TOLD_OTHERWISE: readonly (readonly [
  what: string,
  says: string,
  change: (input: SealInput) => SealInput | Promise<SealInput>,
])[] = [
  ['an entry of no kind', 'entry 3 is of no kind that a run tells', telling('decision', { kind: 'decided' })],
  [
    'a known reading as unknown',
    'reading look.owner is known to the history, but not to the run',
    telling('reading', { known: false }),
  ],
  [
    'a reading of one step as that of another',
    'entry 1 tells of one step in the name of another',
    telling('reading', ({ seq }) => (seq === 1 ? { step: 'other' } : {})),
  ],
  [
    'an effect of one step as that of another',
    'entry 6 tells of one step in the name of another',
    telling('effect', { step: 'freeze' }),
  ],
  [
    'a vote as if it were on another step',
    'entry 9 tells of one step in the name of another',
    (input) => {
      const vote = input.entries.find(({ kind }) => kind === 'vote')
      return tellingMore({ ...vote, seq: 9, step: 'other', counted: false })(input)
    },
  ],
  [
    'a decision that its cases do not allow',
    'entry 3 tells a decision that its cases do not allow',
    telling('decision', { cases: CASES, result: 'db-fault' }),
  ],
  [
    'another end of a step than its decision',
    '`classify` is told to have ended otherwise than it was decided',
    tellingMore({ kind: 'step', step: 'classify', result: 'db-fault' }),
  ],
  [
    'a denied effect as done',
    '`rollback` is told as done, and its effect is not',
    (input) => {
      const denied = { status: 'denied', denial: { by: 'x', message: 'no' }, evidence: {} }
      const told = telling('effect', { result: denied })(answering('rollback', denied)(input))
      return tellingMore({ kind: 'step', step: 'rollback', result: 'done' })(told)
    },
  ],
  [
    'an effect that nobody had as done',
    'effect huge is unknown to the history',
    tellingMore({
      kind: 'effect',
      step: 'huge',
      activity: 'huge',
      result: { status: 'done', output: {}, effects: [], evidence: {} },
    }),
  ],
  [
    'another question than was asked',
    'the question of entry 4 was recorded in other words',
    telling('asked', { text: 'Do nothing?' }),
  ],
  [
    'other people than were asked',
    'the question of entry 4 was recorded in other words',
    telling('asked', { who: ['anybody'] }),
  ],
  [
    'a step as approved whose vote is left out',
    '`confirm` is told as done, and no vote of on-call says so',
    (input) => tellingMore({ kind: 'step', step: 'confirm', result: 'done' })(without('vote')(input)),
  ],
  [
    'a step as approved whose question is left out too',
    '`confirm` is told as done, and no vote of on-call says so',
    (input) => tellingMore({ kind: 'step', step: 'confirm', result: 'done' })(without('asked')(without('vote')(input))),
  ],
  [
    'an answer that nobody has given',
    '`choose` is told as left, and no vote of lead says so',
    async (input) => {
      const asked = { ...questionOf(runId), step: 'choose', kind: 'ask' as const, who: ['lead'], choices: ['left'] }
      await at.store.putOnce(runId, questionName(asked), jsonBytes(asked))
      const { text, who, step } = asked
      const told = { kind: 'asked', step, text, who, question: 'ask', factsDigest: questionDigest(asked) }
      return tellingMore({ kind: 'step', step, result: 'left' })(tellingMore(told)(input))
    },
  ],
  [
    'a claim that was said as denied',
    'the claim of other was recorded as said, and is told as denied',
    async (input) => {
      const { evidence } = await saidOther()
      return tellingMore({ kind: 'claim', outcome: 'other', result: { status: 'denied', denial: {}, evidence } })(input)
    },
  ],
  [
    'a claim of something else than was recorded',
    'what was recorded is not the claim of third',
    async (input) => {
      const result = await saidOther()
      const more = tellingMore({ kind: 'claim', outcome: 'third', result })(input)
      return answeringMore(more, result)
    },
  ],
  [
    'a claim that no entry tells of',
    'no entry tells of claim.2, which was answered',
    async (input) => answeringMore(input, await saidOther()),
  ],
  [
    'another admission than the record of the start',
    'the history tells another admission than was recorded',
    answering('admission', { admitted: false }),
  ],
  [
    'a history that began with the admission of another run',
    'the history began with another admission than the run',
    async (input) => began(input, await admit(at, 'run-other')),
  ],
]

/** Another claim of the run, as the worker recorded it. */
async function saidOther(): Promise<ClaimResult> {
  const value = { runId, activity: 'claim.2', outcome: 'other', claims: [], facts: [], verdicts: [], at: '' }
  const [name, bytes] = ['claim.2@1.claim.json', jsonBytes(value)]
  await at.store.putOnce(runId, name, bytes)
  return { status: 'said', facts: [], verdicts: [], evidence: { [name]: 'sha256:0' } }
}

function answeringMore(input: SealInput, result: ClaimResult): SealInput {
  const [claim] = input.history.activities.filter(({ activityId }) => activityId === 'claim')
  const place = { activityId: 'claim.2', scheduledEventId: 15, completedEventId: 17 }
  const more = { ...claim!, ...place, result: result as unknown as Json }
  const activities = [...input.history.activities, more].sort((a, b) => a.scheduledEventId - b.scheduledEventId)
  return { ...input, history: withEvents({ ...input.history, activities }) }
}

/** The first event has the input with which the workflow began. */
function began({ history, ...input }: SealInput, admission: object): SealInput {
  const data = Buffer.from(JSON.stringify({ plan: input.plan, admission })).toString('base64')
  const payloads = [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data }]
  const [first, ...rest] = history.raw as readonly { workflowExecutionStartedEventAttributes?: object }[]
  const attributes = { ...first?.workflowExecutionStartedEventAttributes, input: { payloads } }
  const raw = [{ ...first, workflowExecutionStartedEventAttributes: attributes }, ...rest] as unknown as Json
  return { ...input, history: { ...history, raw } }
}

describe('EV-11: what a run tells otherwise than its own records is named, and no success', () => {
  test.each(TOLD_OTHERWISE)('%s', async (_what, says, change) => {
    const { bundle, gaps } = await seal(at.sealing, await change(await ranWell(at, runId)))
    expect(gaps).toContain(`contradiction: ${says}`)
    const { checks, verdict } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
    expect(checks.map(({ text }) => text)).toContain(says)
    expect(verdict).toBe('failed')
  })

  test('a history that began with the run’s own admission is none of them', async () => {
    const input = await ranWell(at, runId)
    expect((await seal(at.sealing, began(input, input.admission))).gaps).toEqual([])
  })

  test('an effect that was too large to be asked for, and an undo for which there was no room, are none of them', async () => {
    const denial = { by: 'evidence', unknown: false, message: 'its inputs are too large', verdicts: [], next: '' }
    const denied = {
      kind: 'effect',
      step: 'huge',
      activity: 'huge',
      result: { status: 'denied', denial, evidence: {} },
    }
    const failed = { status: 'failed', message: 'there is no room left', evidence: {} }
    const late = { kind: 'undo', step: 'huge-undo', activity: 'huge-undo', result: failed }
    const input = tellingMore(late)(tellingMore(denied)(await ranWell(at, runId)))
    expect((await seal(at.sealing, input)).gaps).toEqual([])
  })

  test('a step that was approved, decided and done as it is told is none of them', async () => {
    const told = [
      ['classify', 'app-only'],
      ['confirm', 'done'],
      ['rollback', 'done'],
    ].map(([step, result]) => tellingMore({ kind: 'step', step, result }))
    const input = told.reduce((so, tell) => tell(so), await ranWell(at, runId))
    expect((await seal(at.sealing, input)).gaps).toEqual([])
  })
})

test.each([['planDigest'], ['catalogueDigest'], ['workflow']])(
  'EV-12: a record of the start that names another %s than the admission is found',
  async (field) => {
    const input = await ranWell(at, runId)
    const name = 'started.json'
    const started = JSON.parse((await at.store.read(runId, name))?.toString() ?? '') as Record<string, unknown>
    const workflow = { ...(started['workflow'] as object), workflowId: 'bad-deploy/bank' }
    const other = field === 'workflow' ? workflow : `sha256:${'0'.repeat(64)}`
    await rm(join(at.store.dir, 'intake', runId, name))
    await at.store.putOnce(runId, name, jsonBytes({ ...started, [field]: other }))
    const history =
      field === 'workflow' ? { ...input.history, workflow: { ...input.history.workflow, ...workflow } } : input.history
    const { bundle } = await seal(at.sealing, { ...input, history })
    const { checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
    expect(checks.flatMap(({ code }) => code ?? [])).toContain('EV0503')
  },
)
