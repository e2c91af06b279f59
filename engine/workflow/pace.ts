import { CancellationScope, condition, setHandler, workflowInfo } from '@temporalio/workflow'
import type { Plan } from '../../schemas/plan.ts'
import type { PauseRequest, ResolvedNotice } from '../../schemas/run.ts'
import type { Ledger } from '../core/ledger.ts'
import { pauseUpdate, resolvedUpdate, resumeUpdate } from './messages.ts'
import { stillOpen } from './still-open.ts'

/** A history of this many events, or bytes, is long enough: the run goes on in another execution. */
const EVENTS = 1_500
const BYTES = 1_000_000

/** Decisions leave no events, and still have to fit into one answer, as all that was entered in one execution. */
const ENTERED = 500_000

/** So many steps are carried out in each execution, whatever it brought along. */
const STEPS = 10

/** Says when the next step may begin, when a run moves to another execution, and when a wait is worth another look. */
export class Pace {
  readonly #ledger: Ledger
  /** So many events; none in a Plan of version 1, whose histories are replayed as they were. */
  readonly #events: number | undefined
  #paused: boolean
  #steps = 0
  #news = 0
  #stays = false

  constructor(ledger: Ledger, { plan, paused }: { plan: Plan; paused: boolean }) {
    this.#ledger = ledger
    this.#paused = paused
    this.#events = eventsOf(plan)
    setHandler(pauseUpdate, async (request) => this.#pause(true, request), {
      validator: (_request: PauseRequest) => this.#mayPause(true),
    })
    setHandler(resumeUpdate, async (request) => this.#pause(false, request), {
      validator: (_request: PauseRequest) => this.#mayPause(false),
    })
    setHandler(resolvedUpdate, async ({ occurrence }) => this.#look(occurrence), {
      validator: (_notice: ResolvedNotice) => stillOpen(ledger),
    })
  }

  /** A run that is paused waits here; one whose history is long is told to move. */
  async next(): Promise<'go' | 'elsewhere'> {
    if (this.#paused) await condition(() => !this.#paused)
    this.#steps += 1
    return this.#isLong() ? 'elsewhere' : 'go'
  }

  /** It cannot move: what it would carry along is too big. */
  stay(): void {
    this.#stays = true
  }

  /** Sleeps; news end it earlier. */
  async sleep(ms: number, summary: string): Promise<void> {
    const seen = this.#news
    await condition(() => this.#news > seen, ms, { summary })
  }

  #isLong(): boolean {
    const { continueAsNewSuggested, historyLength, historySize } = workflowInfo()
    const cancelled = CancellationScope.current().consideredCancelled
    if (this.#events === undefined || this.#stays || this.#steps <= STEPS || cancelled) return false
    const long = historyLength > this.#events || historySize > BYTES || this.#ledger.weight > ENTERED
    return continueAsNewSuggested || long
  }

  #mayPause(paused: boolean): void {
    stillOpen(this.#ledger)
    if (paused === this.#paused) throw new Error(paused ? 'the run is paused already' : 'the run is not paused')
  }

  #pause(paused: boolean, { by, reason }: PauseRequest): void {
    this.#paused = paused
    this.#ledger.paused(paused)
    const why = reason === undefined ? {} : { reason }
    this.#ledger.enter({ kind: paused ? 'paused' : 'resumed', by, ...why })
  }

  #look(occurrence: string): void {
    this.#news += 1
    this.#ledger.enter({ kind: 'resolved', occurrence })
  }
}

/** The policy may set another bound, by the name `executionEvents`. */
function eventsOf({ planVersion, policy }: Plan): number | undefined {
  if (planVersion === 1) return undefined
  const value = Object.hasOwn(policy, 'executionEvents') ? policy['executionEvents']?.value : undefined
  return typeof value === 'number' ? value : EVENTS
}
