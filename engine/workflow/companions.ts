import { setCurrentDetails } from '@temporalio/workflow'
import type { JsonObject } from '../../schemas/json.ts'
import type { RunInput, Trigger } from '../../schemas/run.ts'
import { Ledger } from '../core/ledger.ts'
import type { LedgerSoFar } from '../core/ledger.ts'
import { knownSnapshot } from '../core/snapshot.ts'
import { Attributes } from './attributes.ts'
import { detailsOf } from './details.ts'
import { listen } from './listen.ts'
import { Notices } from './notices.ts'
import { Pace } from './pace.ts'
import { Questions } from './questions.ts'
import type { KeptQuestion } from './questions.ts'

/** What goes along with a run from one execution to the next: its form is that of `run`, the interpreter's own snapshot. */
interface Luggage {
  readonly run: JsonObject
  readonly ledger: LedgerSoFar
  readonly triggers: readonly Trigger[]
  readonly told: number
  /** Open questions; absent in version 1. */
  readonly questions?: readonly KeptQuestion[]
  /** What lists of runs show; absent in version 1. */
  readonly shown?: string
}

/** Everything that accompanies a run: its ledger, what it is asked and told, and how it is shown. */
export class Companions {
  readonly ledger: Ledger
  readonly questions: Questions
  readonly notices: Notices
  readonly pace: Pace
  readonly attributes: Attributes
  readonly #triggers: Trigger[]
  readonly #brought: Luggage | undefined

  constructor(input: RunInput) {
    const { plan, admission, continued } = input
    this.#brought = luggageIn(continued?.state)
    // Whatever was sent before this execution began is handled as soon as there is a handler: all that handlers need comes first.
    this.attributes = new Attributes(input, shownBy(this.#brought))
    const before = this.#brought === undefined ? {} : { before: this.#brought.ledger }
    const changed = () => this.#changed()
    this.ledger = new Ledger(plan, admission.admission, { now, changed, ...before })
    this.#triggers = [...(this.#brought?.triggers ?? [admission.admission.trigger])]
    listen(input, this.ledger, this.#triggers)
    this.questions = new Questions(input, this.#triggers, this.#brought?.questions ?? [])
    this.pace = new Pace(this.ledger, { plan, paused: this.#brought?.ledger.paused ?? false })
    this.notices = new Notices(input, this.ledger, this.#brought?.told ?? 0)
    this.attributes.begin()
  }

  /** The interpreter's own state, as an earlier execution left it. */
  get state(): JsonObject {
    if (this.#brought === undefined) throw new Error('this execution is the first of its run')
    return this.#brought.run
  }

  /** What the next execution is given, once so many entries of this one are kept. */
  luggage(run: JsonObject, kept: number): JsonObject {
    const luggage: Luggage = {
      run,
      ledger: this.ledger.soFar(kept),
      triggers: this.#triggers,
      told: this.notices.told,
      questions: this.questions.kept(),
      shown: this.attributes.shown,
    }
    return luggage as unknown as JsonObject
  }

  #changed(): void {
    const state = this.ledger.state()
    setCurrentDetails(detailsOf(state))
    this.attributes.follow(state)
  }
}

/** Throws where it is of a form that nobody here knows, before anything of it is believed. */
function luggageIn(state: JsonObject | undefined): Luggage | undefined {
  if (state === undefined) return undefined
  const luggage = state as unknown as Luggage
  knownSnapshot(luggage.run)
  return luggage
}

function shownBy(brought: Luggage | undefined): string {
  return brought?.shown ?? (brought?.ledger.paused === true ? 'waiting' : '')
}

function now(): string {
  return new Date().toISOString()
}
