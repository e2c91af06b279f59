import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import type { LedgerSoFar } from '../../engine/core/ledger.ts'
import { Cancelled, Elsewhere } from '../../engine/core/ports.ts'
import type { ClaimCall, OptionsCall, PerformCall, Poll, Ports, Question, ReadCall } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import type { Run } from '../../engine/core/run.ts'
import { freeze, restoreRun, snapshotOf, thaw } from '../../engine/core/snapshot.ts'
import { siteOf } from '../../engine/core/rules/sites.ts'
import type { FactRecord, UnknownReason } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type {
  Admission,
  AttestedFact,
  Denial,
  EffectResult,
  OptionsVerdict,
  Outcome,
  RunState,
  Vote,
} from '../../schemas/run.ts'
import type { RunEntry, SignedVote, Trigger, VoteVerdict } from '../../schemas/run.ts'

/** What one reading says, beside its name and its place. */
export type Seen = Partial<FactRecord>

/** What one vote says, and why the host does not count it. */
export interface Answer {
  readonly user: string
  readonly role: string
  readonly decision?: Vote['decision']
  readonly option?: string
  readonly overrides?: NonNullable<Vote['overrides']>
  readonly reason?: string
  readonly uncounted?: string
}

/** What the world answers: by fact, step, outcome. The last answer of a list is repeated. */
export interface Script {
  readonly facts?: Readonly<Record<string, readonly Seen[]>>
  readonly effects?: Readonly<Record<string, readonly EffectResult[]>>
  readonly claims?: Readonly<Record<string, Denial>>
  readonly answers?: readonly Answer[]
  /** The same, by the instance of the step that asks. */
  readonly answersTo?: Readonly<Record<string, readonly Answer[]>>
  /** Options that the rules forbid. */
  readonly forbidden?: Readonly<Record<string, Denial>>
  /** What each look at the rules of an interval says. */
  readonly watch?: readonly (Denial | undefined)[]
  /** Each execution begins so many steps and rests, and then the run goes on in another one. */
  readonly stepsEach?: number
  /** The changes that the run knows; all of them by default. */
  readonly knows?: readonly string[]
  /** The run is cancelled when this line of the log is reached. */
  readonly cancelAt?: string
}

/** A run that was carried out: how it ended, what was called in which order, and what the ledger shows. */
export interface Carried {
  readonly outcome: Outcome
  readonly log: readonly string[]
  readonly state: RunState
  readonly performed: readonly PerformCall[]
  readonly asked: readonly Question[]
  readonly claimed: readonly ClaimCall[]
  readonly closed: number
  /** How often the run went on in another execution. */
  readonly moves: number
}

/** A whole value. */
export const known = (value: Json): Seen => ({ value })
/** A list that its authority says is whole. */
export const whole = (...epochs: number[]): Seen => ({
  value: { items: epochs.map((epoch) => ({ epoch })) },
  complete: true,
})
/** A reading that failed. */
export const unknown = (reason: UnknownReason): Seen => ({ unknown: { reason, detail: 'the test says so' } })

export const DIGEST = `sha256:${'a'.repeat(64)}`
/** The owner of a route at this epoch. */
export const owner = (epoch: number, more: JsonObject = {}): Seen => known({ epoch, digest: DIGEST, ...more })

/** Results of the door. */
export const done = (output: JsonObject = { epoch: 8 }, lift?: string): EffectResult => ({
  status: 'done',
  output,
  effects: ['route.rollback'],
  ...(lift === undefined ? {} : { lift }),
  evidence: {},
})
export const denied = (rule: string): EffectResult => ({ status: 'denied', denial: denial(rule), evidence: {} })
export const failed: EffectResult = { status: 'failed', message: 'the target refused', evidence: {} }
export const effectUnknown: EffectResult = { status: 'effect-unknown', message: 'nobody can say', evidence: {} }
export const conflict: EffectResult = { status: 'conflict', expected: 7, found: 8, evidence: {} }

/** A denial by a rule. */
export function denial(rule: string): Denial {
  return { by: 'rule', rule, unknown: false, message: `denied by ${rule}`, verdicts: [], next: 'look' }
}

/** Carries a Plan out against a script, on a clock that moves only while somebody sleeps or waits for people. */
export async function carry(plan: Plan, script: Script = {}, trigger: Trigger = ADMISSION.trigger): Promise<Carried> {
  const recorder = new Recorder(script)
  const admission = { ...ADMISSION, trigger }
  const ports = recorder.ports()
  const first = ledgerOf(plan, recorder)
  const open = (ledger: Ledger, state?: JsonObject) =>
    state === undefined
      ? openRun(plan, admission, { ports, ledger })
      : restoreRun(plan, admission, { ports, ledger, state })
  const { outcome, ledger, entries, moves } = await inPieces(
    { plan, recorder, open },
    { ledger: first, run: open(first) },
  )
  const { log, performed, asked, claimed, closed } = recorder
  return { outcome, log, state: { ...ledger.state(), entries }, performed, asked, claimed, closed, moves }
}

function ledgerOf(plan: Plan, recorder: Recorder, before?: LedgerSoFar): Ledger {
  const now = () => new Date(recorder.nowMs).toISOString()
  return new Ledger(plan, ADMISSION, { now, changed: () => undefined, ...(before === undefined ? {} : { before }) })
}

interface Course {
  readonly plan: Plan
  readonly recorder: Recorder
  readonly open: (ledger: Ledger, state?: JsonObject) => Run
}

interface Piece {
  readonly ledger: Ledger
  readonly run: Run
}

/** A run that moves goes on from what is left of it as JSON, as Temporal would carry it along. */
async function inPieces(
  course: Course,
  first: Piece,
): Promise<{ outcome: Outcome; ledger: Ledger; entries: RunEntry[]; moves: number }> {
  const entries: RunEntry[] = []
  let { ledger, run } = first
  for (let moves = 0; ; moves += 1) {
    try {
      const outcome = await carryOut(run)
      return { outcome, ledger, entries: [...entries, ...ledger.state().entries], moves }
    } catch (error) {
      if (!(error instanceof Elsewhere)) throw error
    }
    const kept = ledger.state().entries.length
    entries.push(...ledger.state().entries)
    const values = freeze(run.whole.completed)
    const carried = JSON.parse(
      JSON.stringify({ state: snapshotOf(run, moves + 1), before: ledger.soFar(kept), values }),
    ) as { state: JsonObject; before: LedgerSoFar; values: JsonObject }
    course.recorder.move(carried.values)
    ledger = ledgerOf(course.plan, course.recorder, carried.before)
    run = course.open(ledger, carried.state)
  }
}

/** The admission of every run in these tests. */
export const ADMISSION: Admission = {
  type: 'runproof.admission.v1',
  runId: 'run-1',
  workflowId: 'practice/checkout',
  runbook: 'practice',
  planDigest: 'sha256:2',
  catalogueDigest: 'sha256:1',
  inputs: { app: 'checkout' },
  trigger: { kind: 'person', by: { user: 'ada', host: 'test', assurance: 'self-asserted' } },
  admittedAt: '2026-01-01T00:00:00.000Z',
}

/** Each step's result, in the order in which the run ended it. */
export function results({ state }: Carried): string[] {
  return state.entries.flatMap((entry) => (entry.kind === 'step' ? [`${entry.step} ${entry.result}`] : []))
}

/** Answers every port from a script, and notes what was called. */
export class Recorder {
  readonly log: string[] = []
  readonly performed: PerformCall[] = []
  readonly asked: Question[] = []
  readonly claimed: ClaimCall[] = []
  closed = 0
  boundaries = 0
  nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  readonly #script: Script
  readonly #times = new Map<string, number>()
  readonly #kept: JsonObject[] = []
  readonly #polls = new Map<string, Poll & { readonly time: number }>()
  #cancelled = false
  #moving = false

  constructor(script: Script) {
    this.#script = script
  }

  ports(): Ports {
    return {
      read: async (call) => this.#read(call),
      perform: async (call) => this.#perform(call),
      claim: async (call) => this.#claim(call),
      ask: async (question) => this.#ask(question),
      askedBefore: ({ step, time }) => this.#askedBefore(step, time),
      options: async (call) => this.#options(call),
      watch: async ({ activity }) => this.#watch(activity),
      pace: async () => this.#pace(),
      recall: async (execution) => thaw(this.#kept[execution - 1] ?? {}),
      knows: (change) => this.#script.knows?.includes(change) ?? true,
      clock: { nowMs: () => this.nowMs, sleep: async (ms) => this.#sleep(ms) },
    }
  }

  #read({ fact, action, activity, input }: ReadCall): AttestedFact {
    this.#note(`read ${activity}`)
    const seen = this.#next(`fact ${fact}`, this.#script.facts?.[fact])
    if (seen === undefined) throw new Error(`the script says nothing of ${fact}`)
    const record: FactRecord = {
      fact,
      action,
      input,
      authority: 'authoritative',
      roundTrip: true,
      source: 'test',
      readAt: new Date(this.nowMs).toISOString(),
      ...seen,
    }
    return { record, activity, keyid: 'test', signature: `signed ${activity}` }
  }

  #perform(call: PerformCall): EffectResult {
    // What was done is taken back in a cancelled run too.
    if (call.undo === true) this.#hear(`do ${call.activity}`)
    else this.#note(`do ${call.activity}`)
    this.performed.push(structuredClone(call))
    const { effects = {} } = this.#script
    return this.#next(`step ${call.step}`, effects[call.step] ?? effects[siteOf(call.step)]) ?? done()
  }

  /** The run goes on in another execution; this one has kept what it completed. */
  move(values: JsonObject): void {
    this.boundaries = 0
    this.#moving = false
    this.#kept.push(values)
  }

  /** This execution cannot move: it goes on itself. */
  stay(): void {
    this.#moving = false
    this.boundaries = -Infinity
  }

  #options({ step, options }: OptionsCall): OptionsVerdict {
    this.#note(`options ${step}`)
    const denied = this.#script.forbidden ?? {}
    return { allowed: options.map(({ name }) => name).filter((name) => !Object.hasOwn(denied, name)), denied }
  }

  #watch(activity: string): { denial?: Denial } {
    this.#note(`watch ${activity}`)
    const denial = this.#next('watch', this.#script.watch)
    return denial === undefined ? {} : { denial }
  }

  #pace(): 'go' | 'elsewhere' {
    const { stepsEach = Infinity } = this.#script
    this.#moving ||= this.boundaries >= stepsEach
    if (this.#moving) return 'elsewhere'
    this.boundaries += 1
    return 'go'
  }

  /** Whatever waits while the run moves ends its wait here. */
  #rest(): void {
    if (this.#pace() === 'elsewhere') throw new Elsewhere('the run goes on in another execution')
  }

  /** A claim is said of a cancelled run too. */
  #claim(call: ClaimCall) {
    this.#hear(`claim ${call.outcome}`)
    this.claimed.push(call)
    const denial = this.#script.claims?.[call.outcome]
    if (denial !== undefined) return { status: 'denied' as const, denial, facts: [], evidence: {} }
    return { status: 'said' as const, verdicts: [], facts: [], evidence: {} }
  }

  #ask(question: Question) {
    this.#note(`ask ${question.step}`)
    this.asked.push(question)
    const answers = [...(this.#script.answersTo?.[question.step] ?? this.#script.answers ?? [])]
    const factsDigest = `facts-${question.time}`
    const poll = {
      factsDigest,
      time: question.time,
      next: async (withinMs = Infinity) => {
        this.#rest()
        this.#note(`wait ${question.step}`)
        const answer = answers.shift()
        if (answer === undefined) this.nowMs = Math.max(this.nowMs, Math.min(this.nowMs + withinMs, question.until))
        return answer && { vote: voteOf(answer, question, factsDigest), verdict: verdictOf(answer) }
      },
      close: () => {
        this.closed += 1
        this.#polls.delete(question.step)
      },
    }
    this.#polls.set(question.step, poll)
    return poll
  }

  #askedBefore(step: string, time: number): Poll {
    const poll = this.#polls.get(step)
    if (poll?.time !== time) throw new Error(`question ${time} of ${step} is not open`)
    return poll
  }

  #sleep(ms: number): void {
    this.#rest()
    this.#note(`sleep ${ms}`)
    this.nowMs += ms
  }

  #hear(line: string): void {
    this.log.push(line)
    this.#cancelled ||= line === this.#script.cancelAt
  }

  #note(line: string): void {
    this.#hear(line)
    if (this.#cancelled) throw new Cancelled('the run was cancelled')
  }

  #next<T>(name: string, answers: readonly T[] | undefined): T | undefined {
    const time = this.#times.get(name) ?? 0
    this.#times.set(name, time + 1)
    return answers?.[Math.min(time, answers.length - 1)]
  }
}

function verdictOf({ uncounted }: Answer): VoteVerdict {
  return uncounted === undefined ? { counted: true } : { counted: false, why: uncounted }
}

function voteOf(
  { user, role, decision = 'approve', reason, option, overrides }: Answer,
  { step }: Question,
  factsDigest: string,
): SignedVote {
  const vote = {
    type: 'runproof.vote.v1' as const,
    runId: ADMISSION.runId,
    step,
    planDigest: ADMISSION.planDigest,
    factsDigest,
    decision,
    role,
    by: { user, host: 'test', assurance: 'self-asserted' as const },
    ...(reason === undefined ? {} : { reason }),
    ...(option === undefined ? {} : { option }),
    ...(overrides === undefined ? {} : { overrides }),
    nonce: `${user} as ${role}`,
    votedAt: '2026-01-01T00:00:00.000Z',
  }
  return { vote, keyid: 'test', signature: `${step} ${user} ${role}` }
}
