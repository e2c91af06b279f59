import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { questionDigest, questionName, voteName } from '../../evidence/ballot.ts'
import { claimName } from '../../evidence/claims.ts'
import { digestOf, jsonBytes, jsonDigest } from '../../evidence/digest.ts'
import { recordEffect } from '../../evidence/effects.ts'
import { ensureKey, publicKeyOf, signJson } from '../../evidence/keys.ts'
import type { Signer } from '../../evidence/keys.ts'
import { seal } from '../../evidence/seal.ts'
import type { SealInput, Sealing } from '../../evidence/seal.ts'
import { openStore } from '../../evidence/store.ts'
import { takenWords } from '../../evidence/taken.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import { addTrust } from '../../evidence/trust.ts'
import type { ClaimRecord, HistoryActivity, Intent, Receipt, StartRecord } from '../../schemas/evidence.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Json } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import { NAMES } from '../../schemas/run.ts'
import type { Person } from '../support/ssh-keys.ts'
import { withEvents } from './events.ts'
import type {
  Admission,
  ClaimResult,
  EffectResult,
  Outcome,
  QuestionRecord,
  RunEntry,
  SignedAdmission,
  SignedVote,
  Vote,
  VoteRecord,
} from '../../schemas/run.ts'

/** One installation in a folder of its own: store, keys, trust folder. */
export interface Installation {
  readonly dir: string
  readonly trust: string
  readonly store: EvidenceStore
  readonly admission: Signer
  readonly sealing: Sealing
}

export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'runproof-evidence-'))
}

export async function install(): Promise<Installation> {
  const dir = await temporaryFolder()
  const signer = await ensureKey(join(dir, 'keys'), 'sealing')
  const admission = await ensureKey(join(dir, 'keys'), 'admission')
  const admissionKeys = [publicKeyOf(admission.publicPem, 'admission')]
  const trust = join(dir, 'trust')
  await addTrust(trust, { sealing: [publicKeyOf(signer.publicPem, 'sealing')], admission: admissionKeys })
  const store = openStore(join(dir, 'evidence'))
  return { dir, trust, store, admission, sealing: { store, signer, admissionKeys, custody: 'same-user' } }
}

/** Gives each test of a file a run of its own, all of them in one installation that goes with the last. */
export function beforeEachRun(take: (at: Installation, runId: string) => void): void {
  let at: Installation
  let runs = 0
  beforeAll(async () => {
    at = await install()
  })
  beforeEach(() => {
    take(at, `run-${++runs}`)
  })
  afterAll(async () => rm(at.dir, { recursive: true }))
}

const RUNBOOK = Buffer.from('runbook: bad-deploy\ntitle: A bad deploy\n')

export const plan: Plan = {
  planVersion: 1,
  runbook: {
    id: 'bad-deploy',
    title: 'A bad deploy',
    source: 'test',
    owner: 'on-call',
    goal: 'service',
    file: { name: 'bad-deploy.yaml', digest: digestOf(RUNBOOK) },
  },
  catalogueDigest: digestOf('catalogue'),
  cel: '@marcbachmann/cel-js@8.0.0',
  inputs: { app: { type: { kind: 'id', of: 'app' } } },
  coalesce: ['app'],
  triggers: [],
  policy: {},
  facts: {},
  steps: [],
  outcomes: [],
  doNot: [],
  rules: [],
  contracts: {},
  effects: {},
  conflictRounds: 2,
  unknownForMs: 30_000,
  goalClaims: ['claim.rolled-back'],
}

const AT = '2026-11-20T03:00:00.000Z'
const workflow = {
  namespace: 'default',
  workflowId: 'bad-deploy/shop',
  temporalRunId: '5f0c0b6e-3a44-4ac0-8a0a-0e4d6b1f8a01',
}

/** Who approves, and how the vote differs from a good one before it is signed. */
export interface Voter {
  readonly person?: Person
  readonly change?: Partial<Vote>
  /** What the worker recorded of it. */
  readonly recorded?: VoteRecord['verdict']
  readonly recordedAt?: string
  /** When the run received it, as far as the worker has recorded that. */
  readonly receivedAt?: string
  /** The installation has signed the words alone, as it did at first. */
  readonly wordsAlone?: true
}

/** A run that read, decided, asked, rolled back and claimed it, with its intake written: all that a sealing is given. */
export async function ranWell(at: Installation, runId = 'run-1', voter: Voter = {}): Promise<SealInput> {
  const admission = await admit(at, runId)
  await recordStart(at.store, admission)
  const owner = await read(at, runId)
  const effect = await rolledBack(at, runId)
  const vote = await voted(at, runId, voter)
  const claim = await claimed(at, runId)
  const outcome: Outcome = {
    name: 'rolled-back',
    as: 'succeeded',
    claims: ['claim.succeeded', 'claim.rolled-back'],
    message: 'the previous version serves',
    tell: [],
    left: [],
  }
  const entries = [
    { kind: 'admitted' },
    { kind: 'reading', step: 'look', fact: 'owner', activity: 'look.owner', known: true },
    {
      kind: 'reading',
      step: 'look',
      fact: 'errors',
      activity: 'look.errors',
      known: false,
      detail: 'unread: no input',
    },
    {
      kind: 'decision',
      step: 'classify',
      cases: [{ name: 'app-only', says: 'true', observed: {} }],
      result: 'app-only',
    },
    { kind: 'asked', step: 'confirm', text: 'Roll back?', who: ['on-call'], factsDigest: vote.vote.factsDigest },
    { kind: 'vote', step: 'confirm', vote, counted: true },
    { kind: 'effect', step: 'rollback', activity: 'rollback', result: effect },
    { kind: 'claim', outcome: 'rolled-back', result: claim },
    { kind: 'outcome', outcome },
  ].map((entry, seq) => ({ seq, at: AT, ...entry })) as RunEntry[]
  const activities = [
    activity(5, 'admission', NAMES.admit, { admitted: true }),
    activity(8, 'look.owner', 'platform.routeOwner', owner),
    activity(14, 'rollback', 'platform.rollbackRouteOwner', effect),
    activity(20, 'claim', NAMES.claim, claim),
  ]
  const updates = [{ updateId: 'vote-1', name: NAMES.voteUpdate, acceptedEventId: 12, args: [vote as unknown as Json] }]
  const history = withEvents({ workflow, lastEventId: 23, activities, updates })
  return {
    admission,
    plan,
    outcome,
    entries,
    startedAt: AT,
    finishedAt: '2026-11-20T03:04:00.000Z',
    history,
    runbook: RUNBOOK,
  }
}

async function claimed({ store }: Installation, runId: string): Promise<ClaimResult> {
  const name = claimName('claim', 1)
  const found = { verdicts: [], facts: [] }
  const value: ClaimRecord = { runId, activity: 'claim', outcome: 'rolled-back', claims: [], ...found, at: AT }
  await store.putOnce(runId, name, jsonBytes(value))
  return { status: 'said', ...found, evidence: { [name]: jsonDigest(value) } }
}

/** Runs well, and is sealed: the path of the bundle. */
export async function sealedBundle(at: Installation, runId = 'run-1'): Promise<string> {
  return (await seal(at.sealing, await ranWell(at, runId))).bundle
}

export async function admit(at: Installation, runId: string): Promise<SignedAdmission> {
  const admission: Admission = {
    type: 'runproof.admission.v1',
    runId,
    workflowId: workflow.workflowId,
    runbook: 'bad-deploy',
    planDigest: jsonDigest(plan),
    catalogueDigest: plan.catalogueDigest,
    inputs: { app: 'shop' },
    trigger: { kind: 'person', by: { user: 'ada', host: 'desk', assurance: 'self-asserted' } },
    admittedAt: AT,
  }
  return { admission, ...(await signJson(at.admission, admission)) }
}

export async function recordStart(store: EvidenceStore, admission: SignedAdmission): Promise<void> {
  const { runId, planDigest, catalogueDigest } = admission.admission
  const start: StartRecord = {
    runId,
    workflow,
    admissionDigest: jsonDigest(admission),
    planDigest,
    catalogueDigest,
    admitted: true,
    at: AT,
  }
  await store.putOnce(runId, 'started.json', jsonBytes(start))
}

async function read(at: Installation, runId: string): Promise<Json> {
  const record: FactRecord = {
    fact: 'owner',
    action: 'platform.routeOwner',
    input: { app: 'shop' },
    authority: 'authoritative',
    value: { epoch: 7 },
    roundTrip: true,
    source: 'platform',
    readAt: AT,
  }
  const signed = { type: 'runproof.fact.v1', runId, activity: 'look.owner', record }
  return { record, activity: 'look.owner', ...(await signJson(at.admission, signed)) } as unknown as Json
}

export function intentOf(runId: string, attempt = 1): Intent {
  return {
    runId,
    step: 'rollback',
    activity: 'rollback',
    attempt,
    at: AT,
    planDigest: jsonDigest(plan),
    action: 'platform.rollbackRouteOwner',
    contractDigest: digestOf('contract'),
    effects: [{ effect: 'route.rollback', target: { app: 'shop' } }],
    input: { app: 'shop', expectedEpoch: 7 },
    idempotencyKey: `${runId}/rollback/0`,
    facts: [],
    verdicts: [{ rule: 'no-rebuild', predicate: 'true', effect: 'route.rollback', says: 'true', observed: {} }],
    expected: 7,
  }
}

export function receiptOf(runId: string, intentDigest: string, attempt = 1): Receipt {
  const output = { epoch: 8 }
  const pass = { runId, step: 'rollback', activity: 'rollback', attempt, at: AT }
  return { ...pass, status: 'done', effects: ['route.rollback'], output, readBack: output, intentDigest }
}

async function rolledBack({ store }: Installation, runId: string): Promise<EffectResult & Json> {
  const intent = await recordEffect(store, 'intent', intentOf(runId))
  const receipt = await recordEffect(store, 'receipt', receiptOf(runId, intent.digest))
  const evidence = { [intent.name]: intent.digest, [receipt.name]: receipt.digest }
  return { status: 'done', output: receipt.value.output, effects: ['route.rollback'], evidence }
}

/** The question as the worker recorded it, before anybody answered. */
export function questionOf(runId: string): QuestionRecord {
  return {
    runId,
    planDigest: jsonDigest(plan),
    step: 'confirm',
    time: 1,
    kind: 'approve',
    text: 'Roll back?',
    who: ['on-call'],
    until: '2026-11-20T03:15:00.000Z',
    shown: {},
  }
}

async function voted(at: Installation, runId: string, voter: Voter = {}): Promise<SignedVote> {
  const question = questionOf(runId)
  const { person, change = {}, recorded: verdict = { counted: true }, recordedAt = AT, receivedAt } = voter
  const vote: Vote = {
    type: 'runproof.vote.v1',
    runId,
    step: 'confirm',
    planDigest: jsonDigest(plan),
    factsDigest: questionDigest(question),
    decision: 'approve',
    role: 'on-call',
    by: { user: person?.name ?? 'grace', host: 'desk', assurance: person === undefined ? 'self-asserted' : 'signed' },
    nonce: 'n-1',
    votedAt: AT,
    ...change,
  }
  const given = { vote, ...(await sshOf(vote, person)) }
  const words = voter.wordsAlone === true ? vote : takenWords(given)
  const signed = { ...given, ...(await signJson(at.admission, words)) }
  const record: VoteRecord = { signed, verdict, at: recordedAt, ...(receivedAt === undefined ? {} : { receivedAt }) }
  await at.store.putOnce(runId, questionName(question), jsonBytes(question))
  await at.store.putOnce(runId, voteName(signed), jsonBytes(record))
  return signed
}

async function sshOf(vote: Vote, person: Person | undefined): Promise<Pick<SignedVote, 'ssh'>> {
  if (person === undefined) return {}
  return { ssh: { principal: person.name, signature: await person.sign(jsonBytes(vote)) } }
}

function activity(scheduledEventId: number, activityId: string, type: string, result: unknown): HistoryActivity {
  return {
    activityId,
    type,
    scheduledEventId,
    completedEventId: scheduledEventId + 2,
    attempt: 1,
    result: result as Json,
  }
}
