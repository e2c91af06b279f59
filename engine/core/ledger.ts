import type { FactRecord } from '../../schemas/fact.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { Admission, Outcome, RunEntry, RunState, SealResult, StepState, Waiting } from '../../schemas/run.ts'

/** An entry before it has its number and its time. */
export type NewEntry = RunEntry extends infer E ? (E extends RunEntry ? Omit<E, 'seq' | 'at'> : never) : never

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** What a ledger begins with where the run went on from another execution. */
export interface LedgerSoFar {
  /** The number of the next entry. */
  readonly seq: number
  readonly steps: readonly StepState[]
  /** Entries that were made while the earlier ones were kept. */
  readonly entries: readonly RunEntry[]
  readonly paused: boolean
  /** Absent in snapshots of version 1: there nobody waited for people. */
  readonly questions?: readonly Waiting[]
}

/** Keeps what happened in a run, in order, and how it stands now: what the `state` query shows and the bundle holds. */
export class Ledger {
  readonly #state: Mutable<RunState>
  readonly #steps: Map<string, StepState>
  readonly #facts: Record<string, FactRecord> = {}
  readonly #entries: RunEntry[] = []
  readonly #questions = new Map<string, Waiting>()
  readonly #first: number
  readonly #now: () => string
  readonly #changed: () => void
  #phase: RunState['phase']
  #weight = 0
  #paused = false

  constructor(
    plan: Plan,
    admission: Admission,
    { now, changed, before }: { now: () => string; changed: () => void; before?: LedgerSoFar },
  ) {
    this.#now = now
    this.#changed = changed
    this.#phase = before === undefined ? 'admission' : 'running'
    this.#first = before?.seq ?? 0
    this.#entries.push(...(before?.entries ?? []))
    this.#paused = before?.paused ?? false
    for (const waiting of before?.questions ?? []) this.#questions.set(waiting.step, waiting)
    this.#steps = new Map((before?.steps ?? pendingOf(plan.steps)).map((step) => [step.id, step]))
    this.#state = {
      runId: admission.runId,
      runbook: plan.runbook.id,
      title: plan.runbook.title,
      planDigest: admission.planDigest,
      inputs: admission.inputs,
      trigger: admission.trigger,
      phase: 'admission',
      steps: [],
      facts: this.#facts,
      entries: this.#entries,
    }
  }

  /** The run as it is now. */
  state(): RunState {
    const [waiting] = this.#questions.values()
    return {
      ...this.#state,
      phase: this.#phaseSeen(),
      steps: [...this.#steps.values()],
      ...(waiting === undefined ? {} : { waiting, questions: [...this.#questions.values()] }),
    }
  }

  /** What another execution goes on with, once so many entries are kept: steps inside loops and callees are left behind. */
  soFar(kept: number): LedgerSoFar {
    const isUnderWay = ({ status }: StepState) => status === 'running' || status === 'waiting'
    const steps = [...this.#steps.values()].filter((step) => !step.id.includes('.') || isUnderWay(step))
    const questions = [...this.#questions.values()]
    return { seq: this.#first + kept, steps, entries: this.#entries.slice(kept), paused: this.#paused, questions }
  }

  /** Notes what happened, with the run's own time. */
  enter(entry: NewEntry): void {
    this.#entries.push({ seq: this.#first + this.#entries.length, at: this.#now(), ...entry })
    this.#weight += JSON.stringify(entry).length
    this.#changed()
  }

  /** How many characters were entered in this execution: whoever asks for the state gets all of them at once. */
  get weight(): number {
    return this.#weight
  }

  phase(phase: RunState['phase']): void {
    this.#phase = phase
    this.#changed()
  }

  /** A paused run says so for as long as it goes on by itself otherwise. */
  paused(paused: boolean): void {
    this.#paused = paused
    this.#changed()
  }

  /** Keeps the newest reading of a fact. */
  fact(name: string, record: FactRecord): void {
    this.#facts[name] = record
  }

  /** A step begins, or goes on where an earlier execution has left it. */
  stepStarts(id: string, kind: string): void {
    const before = this.#steps.get(id)
    if (before?.status === 'running' || before?.status === 'waiting') return
    if (before === undefined) this.#steps.set(id, { id, kind, status: 'pending' })
    this.#step(id, { status: 'running', startedAt: this.#now() })
  }

  stepEnds(id: string, result: string, detail?: string): void {
    this.#step(id, {
      status: result === 'skipped' ? 'skipped' : 'ended',
      result,
      endedAt: this.#now(),
      ...(detail === undefined ? {} : { detail }),
    })
    this.enter({ kind: 'step', step: id, result, ...(detail === undefined ? {} : { detail }) })
  }

  /** Forgets how steps ended that a conflict sends the run back to, and what was inside them. */
  stepsReopen(ids: readonly string[], inside: readonly string[]): void {
    for (const id of this.#steps.keys()) {
      const within = inside.some((step) => id === step || id.startsWith(`${step}.`))
      if (within && !ids.includes(id)) this.#steps.delete(id)
    }
    for (const id of ids) this.#steps.set(id, { id, kind: this.#steps.get(id)?.kind ?? '', status: 'pending' })
  }

  /** A question to people is open. */
  asks(waiting: Waiting): void {
    this.#questions.set(waiting.step, waiting)
    this.#step(waiting.step, { status: 'waiting' })
  }

  /** The question of this step is closed. */
  answered(step: string): void {
    if (!this.#questions.delete(step)) return
    if (this.#steps.get(step)?.status === 'waiting') this.#step(step, { status: 'running' })
  }

  outcome(outcome: Outcome): void {
    this.#state.outcome = outcome
    this.enter({ kind: 'outcome', outcome })
  }

  sealed(result: SealResult): void {
    this.#state.sealed = result
    this.phase('sealed')
  }

  #phaseSeen(): RunState['phase'] {
    if (this.#phase !== 'running') return this.#phase
    if (this.#paused) return 'paused'
    return this.#questions.size > 0 ? 'waiting' : 'running'
  }

  #step(id: string, change: Partial<StepState>): void {
    const before = this.#steps.get(id)
    if (before !== undefined) this.#steps.set(id, { ...before, ...change })
    this.#changed()
  }
}

/** Steps whose instances have fixed names are there from the beginning; those of loops and callees come as they start. */
function pendingOf(steps: readonly StepPlan[]): StepState[] {
  return steps.flatMap((step) => {
    const { id, kind, forEach } = step
    const own: StepState = { id, kind, status: 'pending' }
    return step.kind === 'block' && forEach === undefined ? [own, ...pendingOf(step.steps)] : [own]
  })
}
