import { CancellationScope, condition, patched, setHandler, workflowInfo } from '@temporalio/workflow'
import type { Plan } from '../../schemas/plan.ts'
import type { PauseRequest, ResolvedNotice } from '../../schemas/run.ts'
import type { Ledger } from '../core/ledger.ts'
import { Elsewhere } from '../core/ports.ts'
import { UNDO_MOVES } from '../core/undo.ts'
import { pauseUpdate, resolvedUpdate, resumeUpdate } from './messages.ts'
import { recordable, stillOpen } from './still-open.ts'

/** A history of this many events, or bytes, is long enough: the run goes on in another execution. */
const EVENTS = 1_500
const BYTES = 1_000_000

/** Decisions leave no events, and still have to fit into one answer, as all that was entered in one execution. */
const ENTERED = 500_000

/** So many steps are carried out in each execution, whatever it brought along. */
const STEPS = 10

/** An execution in which nothing but waiting happened has this many events before it moves, whatever the policy says. */
const LEAST_EVENTS = 50

/** Temporal ends an execution whose history has 50 MB or 51,200 events: before that, a run that cannot move is paused. */
const FULL = { bytes: 36_000_000, events: 40_000 } as const

/** A run that could not move tries it again once so much has been added. */
const AGAIN = { bytes: 2_000_000, events: 500 } as const

const ITSELF = { user: 'runproof', host: 'worker', assurance: 'self-asserted' } as const

/** Before a step is taken back, there must be room for it, and for how the run ends: its claims, and its sealing. */
const FULL_FOR_UNDO = { bytes: 46_000_000, events: 49_500 } as const

/** Steps that are taken back on much: so many bytes are enough in one execution, however few they are. */
const BYTES_OF_FEW = 12_000_000

/** Executions that were under way before what was brought counted in events too are replayed as they were. */
const IN_EVENTS = 'brought-in-events'

/** Executions that were under way before a full history paused a run are replayed as they were. */
const PAUSES_WHEN_FULL = 'pauses-when-full'

/** Executions that were under way before heavy runs moved less often are replayed as they were. */
const AS_MUCH = 'moves-after-as-much'

/** Executions that were under way before waits could move are replayed as they were. */
const WAITS_MOVE = 'waits-move'

/** Says when the next step may begin, when a run moves to another execution, and when a wait is worth another look. */
export class Pace {
  readonly #ledger: Ledger
  /** So many events; none in a Plan of version 1, whose histories are replayed as they were. */
  readonly #events: number | undefined
  #paused: boolean
  #steps = 0
  #undone = 0
  /** The history before the first step was taken back in this execution. */
  #beforeUndo = 0
  #rests = 0
  #news = 0
  #newsBefore = 0
  #moving = false
  #stays = false
  #brought = 0
  #broughtIn = 0
  #putOffUntil = { bytes: 0, events: 0 }
  #isFull = false
  #hasSaidSo = false

  constructor(ledger: Ledger, { plan, paused }: { plan: Plan; paused: boolean }) {
    this.#ledger = ledger
    this.#paused = paused
    this.#events = eventsOf(plan)
    setHandler(pauseUpdate, async (request) => this.#pause(true, request), {
      validator: (request: PauseRequest) => this.#mayPause(true, request),
    })
    setHandler(resumeUpdate, async (request) => this.#pause(false, request), {
      validator: (request: PauseRequest) => this.#mayPause(false, request),
    })
    setHandler(resolvedUpdate, async ({ occurrence }) => this.#look(occurrence), {
      validator: (notice: ResolvedNotice) => {
        stillOpen(ledger)
        recordable(notice)
      },
    })
  }

  /** A run that is paused waits here; one whose history is long is told to move. */
  async next(): Promise<'go' | 'elsewhere'> {
    this.#lookAtHistory()
    if (this.#paused) await condition(() => !this.#paused || this.leaves)
    this.#steps += 1
    const isDue = this.#mayMove() && (this.#moving || this.#isFull || this.#isLong(this.#steps))
    const moves = isDue || (this.#paused && this.leaves)
    if (moves) this.leave()
    return moves ? 'elsewhere' : 'go'
  }

  /** Does the run move now? Whatever waits for time or people ends its wait here, and goes on with it in the next execution. */
  get leaves(): boolean {
    const isLong = this.#moving || this.#isOutgrown() || this.#isLong(this.#steps + this.#rests)
    return isLong && this.#mayMove() && patched(WAITS_MOVE)
  }

  /** A step is about to be taken back, in a run that was cancelled too: here, elsewhere, or nowhere any more. */
  undo(canMove: boolean): 'go' | 'elsewhere' | 'full' {
    const { historySize, historyLength } = workflowInfo()
    if (this.#undone === 0) this.#beforeUndo = historySize
    const isDue = this.#moving || this.#isLongUndo(historySize - this.#beforeUndo)
    if (canMove && isDue && this.#isMovable() && patched(UNDO_MOVES)) {
      this.leave()
      return 'elsewhere'
    }
    this.#undone += 1
    const isFull = historySize > FULL_FOR_UNDO.bytes || historyLength > FULL_FOR_UNDO.events
    return isFull && patched(UNDO_MOVES) ? 'full' : 'go'
  }

  #isLongUndo(grown: number): boolean {
    if (this.#undone > 0 && grown > BYTES_OF_FEW) return true
    if (this.#steps + this.#undone <= STEPS) return false
    const isLarge = grown > BYTES || this.#ledger.weight > ENTERED
    return isLarge || workflowInfo().historyLength > (this.#events ?? Infinity)
  }

  /** From now on nothing begins here any more. */
  leave(): Elsewhere {
    if (!this.#moving) this.#newsBefore = this.#news
    this.#moving = true
    return new Elsewhere('the run goes on in another execution')
  }

  /** Were there news since it began to move? */
  get news(): boolean {
    return this.#moving && this.#news > this.#newsBefore
  }

  /** It cannot move: what it would carry along is too big. */
  stay(): void {
    this.#moving = false
    this.#stays = true
  }

  /** It cannot move now; what it would carry along may be less later. */
  putOff(): void {
    const { historySize, historyLength } = workflowInfo()
    this.#moving = false
    this.#putOffUntil = { bytes: historySize + AGAIN.bytes, events: historyLength + AGAIN.events }
  }

  /** So many bytes of the history are what the run has brought along, and all its events so far. */
  brings(bytes: number): void {
    this.#brought = bytes
    if (patched(IN_EVENTS)) this.#broughtIn = workflowInfo().historyLength
  }

  /** Sleeps; news end it earlier, and a move as well, by `Elsewhere`. */
  async sleep(ms: number, summary: string): Promise<void> {
    const seen = this.#news
    this.#rests += 1
    if (this.leaves) throw this.leave()
    const woken = await condition(() => this.#news > seen || this.leaves, ms, { summary })
    // News come first: the facts are read once more before the run moves.
    if (woken && this.#news === seen) throw this.leave()
    // Each look at facts makes a full history longer.
    if (this.#paused && this.#isFull) await condition(() => !this.#paused || this.leaves)
  }

  /** A run that was cancelled ends where it is. */
  #mayMove(): boolean {
    return !CancellationScope.current().consideredCancelled && this.#isMovable()
  }

  #isMovable(): boolean {
    if (this.#events === undefined || this.#stays) return false
    const { historySize, historyLength } = workflowInfo()
    return historySize >= this.#putOffUntil.bytes || historyLength >= this.#putOffUntil.events
  }

  #isLong(made: number): boolean {
    const { continueAsNewSuggested, historySize } = workflowInfo()
    if (this.#events === undefined || made <= STEPS) return false
    const isSuggested = continueAsNewSuggested && this.#brought === 0
    const isLarge = historySize > this.#brought + this.#enough() || this.#ledger.weight > ENTERED
    return isSuggested || isLarge || this.#added() > this.#events
  }

  /** So many events came after what was brought along: a run that moved for those it needs to arrive would never come further. */
  #added(): number {
    return workflowInfo().historyLength - this.#broughtIn
  }

  /** So much is added before the run moves: to carry along what is heavy costs its weight twice. */
  #enough(): number {
    return this.#brought > BYTES && patched(AS_MUCH) ? this.#brought : BYTES
  }

  /** Pauses the run, once, where its history is nearly as long as Temporal allows and it cannot move: nobody would take anything back. */
  #lookAtHistory(): void {
    const { historySize, historyLength } = workflowInfo()
    const isFull = historySize > FULL.bytes || historyLength > FULL.events
    if (!isFull || CancellationScope.current().consideredCancelled || !patched(PAUSES_WHEN_FULL)) return
    this.#isFull = true
    if (this.#hasSaidSo || this.#paused || this.#mayMove()) return
    this.#hasSaidSo = true
    const reason = noWayOn(this.#ledger.state().runId, { historySize, historyLength })
    this.#pause(true, { by: ITSELF, reason })
  }

  /** Messages to a run that waits fill a history as well. */
  #isOutgrown(): boolean {
    return this.#added() > Math.max(this.#events ?? Infinity, LEAST_EVENTS)
  }

  #mayPause(paused: boolean, request: PauseRequest): void {
    stillOpen(this.#ledger)
    recordable(request)
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

/** Why a run is paused that cannot move, and what can be done. */
function noWayOn(
  runId: string,
  { historySize, historyLength }: { historySize: number; historyLength: number },
): string {
  return (
    `its history has ${Math.round(historySize / 1_000_000)} MB and ${historyLength} events, and it carries too much to go on in ` +
    'another execution: at 50 MB or 51200 events Temporal ends it, and nothing is taken back; ' +
    `\`runproof cancel ${runId}\` takes back now what was done, \`runproof resume ${runId}\` goes on all the same`
  )
}
