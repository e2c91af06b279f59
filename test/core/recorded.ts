import { carryOut } from '../../engine/core/carry-out.ts'
import { Ledger } from '../../engine/core/ledger.ts'
import { Cancelled } from '../../engine/core/ports.ts'
import type { ClaimCall, PerformCall, Ports, Question, ReadCall } from '../../engine/core/ports.ts'
import { openRun } from '../../engine/core/run.ts'
import type { FactRecord, UnknownReason } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Admission, AttestedFact, Denial, EffectResult, Outcome, RunState } from '../../schemas/run.ts'
import type { SignedVote, VoteVerdict } from '../../schemas/run.ts'

/** What one reading says, beside its name and its place. */
export type Seen = Partial<FactRecord>

/** What one vote says, and why the host does not count it. */
export interface Answer {
  readonly user: string
  readonly role: string
  readonly decision?: 'approve' | 'reject'
  readonly reason?: string
  readonly uncounted?: string
}

/** What the world answers: by fact, step, outcome. The last answer of a list is repeated. */
export interface Script {
  readonly facts?: Readonly<Record<string, readonly Seen[]>>
  readonly effects?: Readonly<Record<string, readonly EffectResult[]>>
  readonly claims?: Readonly<Record<string, Denial>>
  readonly answers?: readonly Answer[]
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
export async function carry(plan: Plan, script: Script = {}): Promise<Carried> {
  const recorder = new Recorder(script)
  const ledger = new Ledger(plan, ADMISSION, {
    now: () => new Date(recorder.nowMs).toISOString(),
    changed: () => undefined,
  })
  const run = openRun(plan, ADMISSION, { ports: recorder.ports(), ledger })
  const outcome = await carryOut(run)
  const { log, performed, asked, claimed, closed } = recorder
  return { outcome, log, state: ledger.state(), performed, asked, claimed, closed }
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

class Recorder {
  readonly log: string[] = []
  readonly performed: PerformCall[] = []
  readonly asked: Question[] = []
  readonly claimed: ClaimCall[] = []
  closed = 0
  nowMs = Date.parse('2026-01-01T00:00:00.000Z')
  readonly #script: Script
  readonly #times = new Map<string, number>()
  #cancelled = false

  constructor(script: Script) {
    this.#script = script
  }

  ports(): Ports {
    return {
      read: async (call) => this.#read(call),
      perform: async (call) => this.#perform(call),
      claim: async (call) => this.#claim(call),
      ask: async (question) => this.#ask(question),
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
    this.#note(`do ${call.activity}`)
    this.performed.push(structuredClone(call))
    return this.#next(`step ${call.step}`, this.#script.effects?.[call.step]) ?? done()
  }

  /** A claim is said of a cancelled run too. */
  #claim(call: ClaimCall) {
    this.log.push(`claim ${call.outcome}`)
    this.claimed.push(call)
    const denial = this.#script.claims?.[call.outcome]
    if (denial !== undefined) return { status: 'denied' as const, denial, facts: [], evidence: {} }
    return { status: 'said' as const, verdicts: [], facts: [], evidence: {} }
  }

  #ask(question: Question) {
    this.#note(`ask ${question.step}`)
    this.asked.push(question)
    const answers = [...(this.#script.answers ?? [])]
    const factsDigest = `facts-${question.time}`
    return {
      factsDigest,
      next: async () => {
        this.#note(`wait ${question.step}`)
        const answer = answers.shift()
        if (answer === undefined) this.nowMs += question.withinMs
        return answer && { vote: voteOf(answer, question, factsDigest), verdict: verdictOf(answer) }
      },
      close: () => (this.closed += 1),
    }
  }

  #sleep(ms: number): void {
    this.#note(`sleep ${ms}`)
    this.nowMs += ms
  }

  #note(line: string): void {
    this.log.push(line)
    this.#cancelled ||= line === this.#script.cancelAt
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
  { user, role, decision = 'approve', reason }: Answer,
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
    nonce: `${user} as ${role}`,
    votedAt: '2026-01-01T00:00:00.000Z',
  }
  return { vote, keyid: 'test', signature: 'test' }
}
