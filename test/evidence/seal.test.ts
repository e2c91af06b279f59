import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { digestOf, jsonBytes } from '../../evidence/digest.ts'
import { openAttestation } from '../../evidence/dsse.ts'
import { recordEffect } from '../../evidence/effects.ts'
import { EvidenceConflict, EvidenceRefused } from '../../evidence/errors.ts'
import { ensureKey, publicKeyOf } from '../../evidence/keys.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { verify } from '../../evidence/verify.ts'
import type { Statement } from '../../schemas/bundle.ts'
import type { HistoryActivity } from '../../schemas/evidence.ts'
import type { Json } from '../../schemas/json.ts'
import type { RunEntry } from '../../schemas/run.ts'
import { startOf, withEvents } from './events.ts'
import { admit, beforeEachRun, intentOf, ranWell, receiptOf } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

async function statementIn(bundle: string): Promise<Statement> {
  const envelope = openAttestation(await readFile(join(bundle, 'attestation.sigstore.json')))
  return JSON.parse(envelope?.payload.toString() ?? '') as Statement
}

describe('a sealed run', () => {
  test('is a bundle whose Statement is small and tells what a reader asks first', async () => {
    const { bundle, statement, gaps } = await seal(at.sealing, await ranWell(at, runId))
    const signed = await statementIn(bundle)
    expect(gaps).toEqual([])
    expect(signed.predicate).toMatchObject({
      runId,
      outcome: 'succeeded',
      outcomeName: 'rolled-back',
      invokedBy: 'ada@desk (self-asserted)',
      steps: { count: 9 },
      signer: { custody: 'same-user' },
      log: null,
      gaps: [],
    })
    const bytes = openAttestation(await readFile(join(bundle, 'attestation.sigstore.json')))?.payload ?? Buffer.alloc(0)
    expect(bytes.length).toBeLessThan(4096)
    expect(statement).toBe(digestOf(bytes))
  })

  test('EV-18: sealed again gives the very same bundle, and so do two sealings at once', async () => {
    const input = await ranWell(at, runId)
    const [one, other] = await Promise.all([seal(at.sealing, input), seal(at.sealing, input)])
    expect(other).toEqual(one)
    expect(await seal(at.sealing, input)).toEqual(one)
    expect(await readdir(join(at.store.dir, 'tmp'))).toEqual([])
  })

  test('is never sealed otherwise', async () => {
    const input = await ranWell(at, runId)
    const { bundle } = await seal(at.sealing, input)
    await expect(seal(at.sealing, { ...input, finishedAt: '2026-11-20T04:00:00.000Z' })).rejects.toThrow(
      EvidenceConflict,
    )
    await writeFile(join(bundle, 'data/extra'), 'x')
    await expect(seal(at.sealing, input)).rejects.toThrow('data/extra')
  })

  test('holds no runbook text but the one that was compiled', async () => {
    const { bundle } = await seal(at.sealing, { ...(await ranWell(at, runId)), runbook: Buffer.from('another') })
    expect(await readdir(join(bundle, 'data'))).not.toContain('runbook')
  })

  test('keeps its Statement small however much is missing', async () => {
    const input = await ranWell(at, runId)
    const evidence = Object.fromEntries(
      Array.from({ length: 500 }, (_, n) => [`rollback@${n + 2}.receipt.json`, digestOf(`${n}`)]),
    )
    const { bundle, gaps } = await seal(at.sealing, withResult(input, { evidence }))
    expect((await statementIn(bundle)).predicate.gaps).toEqual(gaps)
    expect(gaps.at(-1)).toMatch(/^and \d+ more$/)
  })
})

describe('G27, EV-17: the sealing is no signing oracle, and refuses', () => {
  const refusals: readonly (readonly [string, string, (input: SealInput) => Promise<SealInput>])[] = [
    [
      'a run that nothing recorded as started',
      'nothing recorded its start',
      async (input) => ({ ...input, admission: await admit(at, `${runId}-never`) }),
    ],
    [
      'a run that the host did not admit',
      'not signed by an admission key',
      async (input) => ({ ...input, admission: { ...input.admission, signature: 'AAAA' } }),
    ],
    [
      'another Plan than the admitted one',
      'its Plan is not',
      async (input) => ({ ...input, plan: { ...input.plan, conflictRounds: 9 } }),
    ],
    [
      'entries that skip a number',
      'not numbered without a break',
      async (input) => withEntries(input, (all) => all.filter(({ seq }) => seq !== 1)),
    ],
    [
      'entries that are none',
      'not numbered without a break',
      async (input) => withEntries(input, (all) => [...all, null as unknown as RunEntry]),
    ],
    [
      'a vote that is none',
      'not the shape of its kind',
      async (input) => withEntry(input, { kind: 'vote', step: 'confirm', counted: true }),
    ],
    [
      'a step whose name leads elsewhere',
      'can be no file of a bundle',
      async (input) => withEntry(input, { kind: 'vote', step: '/../../../elsewhere', counted: true, vote: {} }),
    ],
    [
      'the history of another workflow',
      'another workflow',
      async (input) => ({
        ...input,
        history: { ...input.history, workflow: { ...input.history.workflow, temporalRunId: 'x' } },
      }),
    ],
  ]
  test.each(refusals)('%s', async (_what, why, change) => {
    const changed = await change(await ranWell(at, runId))
    await expect(seal(at.sealing, changed)).rejects.toThrow(EvidenceRefused)
    await expect(seal(at.sealing, changed)).rejects.toThrow(why)
    expect(await at.store.bundles()).not.toContain(changed.admission.admission.runId)
  })

  test('what a key admitted that is not an admission key', async () => {
    const input = await ranWell(at, runId)
    const other = publicKeyOf((await ensureKey(join(at.dir, 'other'), 'admission')).publicPem, 'other')
    await expect(seal({ ...at.sealing, admissionKeys: [other] }, input)).rejects.toThrow(EvidenceRefused)
  })

  test('an admission that differs from the one with which the run was started', async () => {
    const input = await ranWell(at, runId)
    const admission = { ...input.admission, keyid: 'SHA256:other' }
    await expect(seal(at.sealing, { ...input, admission })).rejects.toThrow('another admission')
  })
})

function withResult(input: SealInput, change: object): SealInput {
  const changed = (activity: HistoryActivity) => ({
    ...activity,
    result: { ...(activity.result as object), ...change },
  })
  const activities = input.history.activities.map((activity) =>
    activity.activityId === 'rollback' ? changed(activity) : activity,
  )
  const result = (entry: RunEntry & { kind: 'effect' }) =>
    ({ ...entry, result: { ...entry.result, ...change } }) as RunEntry
  const entries = input.entries.map((entry) => (entry.kind === 'effect' ? result(entry) : entry))
  return { ...input, entries, history: withEvents({ ...input.history, activities }) }
}

function withoutActivity(input: SealInput, id: string): SealInput {
  const activities = input.history.activities.filter(({ activityId }) => activityId !== id)
  return { ...input, history: withEvents({ ...input.history, activities }) }
}

function withoutResult(input: SealInput, id: string): SealInput {
  const activities = input.history.activities.map(({ result, completedEventId, ...activity }) =>
    activity.activityId === id
      ? activity
      : {
          ...activity,
          ...(result === undefined ? {} : { result }),
          ...(completedEventId === undefined ? {} : { completedEventId }),
        },
  )
  return { ...input, history: withEvents({ ...input.history, activities }) }
}

function withEntries(input: SealInput, change: (entries: readonly RunEntry[]) => readonly RunEntry[]): SealInput {
  return { ...input, entries: change(input.entries) }
}

/** What the three witnesses may disagree on, and what the sealing says of it. */
const DISAGREEMENTS: readonly (readonly [
  what: string,
  says: string[],
  change: (input: SealInput) => SealInput | Promise<SealInput>,
])[] = [
  [
    'an effect that the history does not know',
    ['rollback@1.receipt.json is unknown to the history', 'contradiction: effect rollback is unknown to the history'],
    (input) => withoutActivity(input, 'rollback'),
  ],
  [
    'an effect that the history did not see end',
    [
      'rollback@1.receipt.json is unknown to the history',
      'contradiction: effect rollback ended otherwise in the history',
    ],
    (input) => withoutResult(input, 'rollback'),
  ],
  [
    'a reading that the history does not know',
    ['contradiction: reading look.owner is unknown to the history'],
    (input) => withoutActivity(input, 'look.owner'),
  ],
  [
    'a reading whose result is lost',
    ['the history has no result of reading look.owner'],
    (input) => withoutResult(input, 'look.owner'),
  ],
  [
    'a claim that nobody allowed',
    ['contradiction: the claim of rolled-back is unknown to the history'],
    (input) => withoutActivity(input, 'claim'),
  ],
  [
    'a success without a claim',
    [
      'contradiction: nothing allowed the claim of rolled-back',
      'contradiction: no entry tells of claim, which was answered',
    ],
    (input) => withEntries(input, (all) => renumbered(all.filter(({ kind }) => kind !== 'claim'))),
  ],
  [
    'a vote that never arrived',
    ['contradiction: the vote of entry 5 is unknown to the history'],
    (input) => ({ ...input, history: withEvents({ ...input.history, updates: [] }) }),
  ],
  [
    'a history result whose receipt is gone',
    [
      'rollback@9.receipt.json, which rollback returned, is absent',
      'rollback@1.receipt.json is unknown to the history',
    ],
    (input) => withResult(input, { evidence: { 'rollback@9.receipt.json': digestOf('gone') } }),
  ],
  [
    'an effect done without a receipt',
    ['rollback is done without a receipt', 'rollback@1.receipt.json is unknown to the history'],
    (input) => withResult(input, { evidence: {} }),
  ],
  [
    'a receipt that is not the one returned',
    ['contradiction: rollback@1.receipt.json is not the record that rollback returned'],
    (input) => withResult(input, { evidence: { 'rollback@1.receipt.json': digestOf('other') } }),
  ],
  [
    'an intent of which nothing is known',
    ['nothing tells what became of rollback@3.intent.json'],
    async (input) => withRecord(input, 3),
  ],
  [
    'a receipt without an intent',
    [
      'rollback@4.receipt.json is unknown to the history',
      'contradiction: rollback@4.receipt.json is for no intent of its step',
    ],
    async (input) => withStrayReceipt(input),
  ],
  [
    'an intent of another Plan',
    [
      'nothing tells what became of rollback@5.intent.json',
      'contradiction: rollback@5.intent.json belongs to another run or Plan',
    ],
    async (input) => withRecord(input, 5, { planDigest: digestOf('other') }),
  ],
  [
    'a record that cannot be read',
    ['contradiction: the record rollback@6.intent.json cannot be read'],
    async (input) => withBytes(input, 'rollback@6.intent.json'),
  ],
  [
    'an effect that was completed by hand, and names no records',
    [
      'rollback@1.receipt.json is unknown to the history',
      'contradiction: effect rollback names no records of the door',
    ],
    (input) => withResult(input, { evidence: undefined }),
  ],
  [
    'one that names nothing in their place',
    [
      'rollback@1.receipt.json is unknown to the history',
      'contradiction: effect rollback names no records of the door',
    ],
    (input) => withResult(input, { evidence: null }),
  ],
  [
    'an entry that has not the shape of its kind',
    ['contradiction: an entry, an activity or a record has not the shape of its kind'],
    (input) => withEntries(input, (all) => renumbered([{ kind: 'claim' } as RunEntry, ...all])),
  ],
  [
    'the events of another run',
    ['contradiction: the history is of other executions than carried the run'],
    (input) => withRaw(input, (events) => [startOf('9a1d0000-0000-4000-8000-000000000000'), ...events.slice(1)]),
  ],
  [
    'the events of another run behind its own',
    ['contradiction: the history is of other executions than carried the run'],
    (input) => withSecondExecution(input),
  ],
  [
    'no word of the end',
    ['no entry tells how the run ended'],
    (input) => withEntries(input, (all) => all.slice(0, -1)),
  ],
  [
    'another end than the entries tell',
    ['contradiction: the entries tell another end of the run'],
    (input) => ({ ...input, outcome: { ...input.outcome, message: 'all is well' } }),
  ],
  [
    'a refusal of a run that was admitted',
    [
      'contradiction: the entries tell another end of the run',
      'contradiction: the run was admitted, and ended refused',
    ],
    (input) => ({ ...input, outcome: { ...input.outcome, as: 'refused' } }),
  ],
]

/** One entry more, of whatever form. */
function withEntry(input: SealInput, entry: object): SealInput {
  return withEntries(input, (all) => [...all, { ...entry, seq: all.length, at: '' } as unknown as RunEntry])
}

function withRaw(input: SealInput, change: (events: readonly Json[]) => Json): SealInput {
  return { ...input, history: { ...input.history, raw: change(input.history.raw as readonly Json[]) } }
}

/** An execution that nobody handed the run over to: one event more. */
function withSecondExecution(input: SealInput): SealInput {
  const { history } = withRaw(input, (events) => [...events, startOf('9a1d0000-0000-4000-8000-000000000000')])
  return { ...input, history: { ...history, lastEventId: history.lastEventId + 1 } }
}

function renumbered(entries: readonly RunEntry[]): RunEntry[] {
  return entries.map((entry, seq) => ({ ...entry, seq }))
}

async function withRecord(input: SealInput, attempt: number, change: object = {}): Promise<SealInput> {
  await recordEffect(at.store, 'intent', { ...intentOf(runId, attempt), ...change })
  return input
}

async function withStrayReceipt(input: SealInput): Promise<SealInput> {
  await recordEffect(at.store, 'receipt', receiptOf(runId, digestOf('no intent'), 4))
  return input
}

async function withBytes(input: SealInput, name: string, text = '{}'): Promise<SealInput> {
  await at.store.putOnce(runId, name, Buffer.from(text))
  return input
}

describe('G27, EV-16: the sealing holds entries, history and intake against each other, and names', () => {
  test.each(DISAGREEMENTS)('%s', async (_what, says, change) => {
    const { bundle, gaps } = await seal(at.sealing, await change(await ranWell(at, runId)))
    expect(gaps).toEqual(says)
    const { checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
    const contradicted = says.some((said) => said.startsWith('contradiction'))
    expect([...new Set(checks.flatMap(({ code }) => code ?? []))]).toEqual(contradicted ? ['EV0601'] : [])
    const { outcome } = (await statementIn(bundle)).predicate
    expect(outcome === 'contradicted').toBe(contradicted)
  })
})

test('EV-02: a record of which two readers could read two things is no record, and its bundle is not verified', async () => {
  const doubled = jsonBytes(intentOf(runId, 7)).toString().replace('{', '{"attempt":8,')
  const input = await withBytes(await ranWell(at, runId), 'rollback@7.intent.json', doubled)
  const { bundle, gaps } = await seal(at.sealing, input)
  expect(gaps).toEqual(['contradiction: the record rollback@7.intent.json cannot be read'])
  const { checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
  expect(checks.flatMap(({ code }) => code ?? [])).toEqual(['EV0106', 'EV0601'])
})
