import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readBag } from '../../evidence/bag-folder.ts'
import { furtherName } from '../../evidence/ballot.ts'
import { crossCheck } from '../../evidence/cross-check.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { ensureKey, signJson } from '../../evidence/keys.ts'
import type { Signer } from '../../evidence/keys.ts'
import { readRecord } from '../../evidence/record.ts'
import { seal } from '../../evidence/seal.ts'
import { loadTrust } from '../../evidence/trust.ts'
import { payloadOf } from '../../evidence/verify-form.ts'
import { verify } from '../../evidence/verify.ts'
import type { Admission, RunEntry } from '../../schemas/run.ts'
import { beforeEachRun, ranWell } from './fixture.ts'
import type { Installation } from './fixture.ts'

let at: Installation
let runId: string
beforeEachRun((installation, id) => {
  at = installation
  runId = id
})

const BY_BEN: Admission['trigger'] = { kind: 'person', by: { user: 'ben', host: 'desk', assurance: 'self-asserted' } }
const BY_GRACE: Admission['trigger'] = {
  kind: 'person',
  by: { user: 'grace', host: 'desk', assurance: 'self-asserted' },
}

/** A run that grace has approved, with a start that was recorded as merged into it. */
async function verifiedWith(change: Partial<Admission>, signer: Signer = at.admission) {
  const input = await ranWell(at, runId)
  const admission = { ...input.admission.admission, runId: `${runId}-further`, trigger: BY_BEN, ...change }
  const further = { admission, ...(await signJson(signer, admission)) }
  await at.store.putOnce(runId, furtherName(further), jsonBytes(further))
  const { bundle } = await seal(at.sealing, input)
  const { verdict, checks } = verify(await readBag(bundle), { trust: await loadTrust(at.trust) })
  const failed = checks.filter(({ ok }) => !ok)
  return { verdict, codes: failed.map(({ code }) => code), texts: failed.map(({ text }) => text).join('; ') }
}

test('EV-13: G26: a start that was merged in is no reason against a run whose voters it does not name', async () => {
  expect(await verifiedWith({})).toMatchObject({ verdict: 'verified' })
})

test('EV-13: G26: no approval stands of whom the worker has recorded as one who asked, also where the run does not tell of it', async () => {
  const { codes, texts } = await verifiedWith({ trigger: BY_GRACE })
  expect(codes).toEqual(['EV0504'])
  expect(texts).toContain('grace asked for this run')
})

test.each<[string, Partial<Admission>]>([
  ['of an earlier run', { admittedAt: '2026-11-20T02:00:00.000Z' }],
  ['of another key', { workflowId: 'bad-deploy/bank' }],
])('EV-11: a start %s contradicts the records, and keeps nobody from voting', async (_what, change) => {
  const { codes, texts } = await verifiedWith({ trigger: BY_GRACE, ...change })
  expect(codes).toEqual(['EV0601'])
  expect(texts).toContain('is none of this run')
})

test('EV-12: a start that was not admitted by a key that may admit is found', async () => {
  const { codes, texts } = await verifiedWith({}, await ensureKey(join(at.dir, 'foreign'), 'admission'))
  expect(codes).toEqual(['EV0501'])
  expect(texts).toContain('merged in, was not admitted')
})

test('EV-11: a start of which only the run tells contradicts the records; the first form of Plans recorded none', async () => {
  const { bundle } = await seal(at.sealing, await ranWell(at, runId))
  const run = readRecord(payloadOf(await readBag(bundle)))
  const told = { seq: run.entries.length, at: run.startedAt, kind: 'trigger', trigger: BY_BEN } satisfies RunEntry
  const withStart = { ...run, entries: [...run.entries, told] }
  expect(crossCheck(withStart).contradictions).toEqual([])
  expect(crossCheck({ ...withStart, plan: { ...run.plan, planVersion: 2 } }).contradictions).toEqual([
    `the start of entry ${told.seq} is none that was recorded`,
  ])
})
