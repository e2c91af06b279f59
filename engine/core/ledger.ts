import type { FactRecord } from '../../schemas/fact.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Admission, Outcome, RunEntry, RunState, SealResult, StepState } from '../../schemas/run.ts'

/** An entry before it has its number and its time. */
export type NewEntry = RunEntry extends infer E ? (E extends RunEntry ? Omit<E, 'seq' | 'at'> : never) : never

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** Keeps what happened in a run, in order, and how it stands now: what the `state` query shows and the bundle holds. */
export class Ledger {
  readonly #state: Mutable<RunState>
  readonly #steps: Map<string, StepState>
  readonly #facts: Record<string, FactRecord> = {}
  readonly #entries: RunEntry[] = []
  readonly #now: () => string
  readonly #changed: () => void

  constructor(plan: Plan, admission: Admission, { now, changed }: { now: () => string; changed: () => void }) {
    this.#now = now
    this.#changed = changed
    this.#steps = new Map(plan.steps.map(({ id, kind }) => [id, { id, kind, status: 'pending' }]))
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
    return { ...this.#state, steps: [...this.#steps.values()] }
  }

  /** Notes what happened, with the run's own time. */
  enter(entry: NewEntry): void {
    this.#entries.push({ seq: this.#entries.length, at: this.#now(), ...entry })
    this.#changed()
  }

  phase(phase: RunState['phase']): void {
    this.#state.phase = phase
    this.#changed()
  }

  /** Keeps the newest reading of a fact. */
  fact(record: FactRecord): void {
    this.#facts[record.fact] = record
  }

  stepStarts(id: string): void {
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

  /** Forgets how steps ended that a conflict sends the run back to. */
  stepsReopen(ids: readonly string[]): void {
    for (const id of ids) this.#steps.set(id, { id, kind: this.#steps.get(id)?.kind ?? '', status: 'pending' })
  }

  /** A question to people is open; `undefined` closes it. */
  waits(waiting: RunState['waiting']): void {
    if (waiting === undefined) delete this.#state.waiting
    else {
      this.#state.waiting = waiting
      this.#step(waiting.step, { status: 'waiting' })
    }
    this.phase(waiting === undefined ? 'running' : 'waiting')
  }

  outcome(outcome: Outcome): void {
    this.#state.outcome = outcome
    this.enter({ kind: 'outcome', outcome })
  }

  sealed(result: SealResult): void {
    this.#state.sealed = result
    this.phase('sealed')
  }

  #step(id: string, change: Partial<StepState>): void {
    const before = this.#steps.get(id)
    if (before !== undefined) this.#steps.set(id, { ...before, ...change })
    this.#changed()
  }
}
