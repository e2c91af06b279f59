import { TemporalFailure, condition, isCancellation, patched, rootCause, setHandler } from '@temporalio/workflow'
import type { Answer, Poll, Question } from '../core/ports.ts'
import { besideOthers, seatOf } from '../core/question.ts'
import type { Seat } from '../core/question.ts'
import { recordable } from './still-open.ts'
import type { Pace } from './pace.ts'
import type {
  CheckedVote,
  QuestionRecord,
  RunInput,
  SignedAdmission,
  SignedVote,
  Trigger,
  VoteVerdict,
} from '../../schemas/run.ts'
import { checkVote, digest, recordQuestion } from './activities.ts'
import { voteUpdate } from './messages.ts'

/** How long a question that is over still waits for the next of the votes that came in time: for longer than any check lasts. */
const LAST_CHECKS_MS = 70_000

/** Executions that were under way before a vote was waited for until it was among the answers are replayed as they were. */
const LAST_ANSWERS = 'last-answers'

/** What is asked, without what only people look at. */
type Subject = Pick<Question, 'step' | 'time' | 'who' | 'until' | 'kind' | 'choices' | 'overridable'>

interface OpenQuestion {
  readonly question: Subject
  readonly factsDigest: string
  /** Those that the interpreter has not taken yet. */
  readonly answers: Answer[]
  /** Votes that were let in: none is taken twice. */
  readonly given: Set<string>
  /** As whom people have answered, by the answers that count. */
  readonly seats: Seat[]
  /** So many votes are being checked. */
  checking: number
  /** So many votes were let in, and are not among the answers yet. */
  pending: number
  /** It is over, and waits no longer than until then. */
  closesAt?: number
}

/** An open question as it goes along to another execution: nobody is asked anew, and no answer is lost. */
export interface KeptQuestion {
  readonly question: Subject
  readonly factsDigest: string
  readonly answers: readonly Answer[]
  readonly given: readonly string[]
  /** Earlier executions did not keep it. */
  readonly seats?: readonly Seat[]
}

/** Takes votes for the questions that are open, one for each instance of a step, and refuses all others at once. */
export class Questions {
  readonly #open = new Map<string, OpenQuestion>()
  readonly #planVersion: number
  readonly #admission: SignedAdmission
  readonly #triggers: readonly Trigger[]

  constructor({ plan, admission }: RunInput, triggers: readonly Trigger[], brought: readonly KeptQuestion[]) {
    for (const { given, answers, seats = seatsOf(answers), ...kept } of brought)
      this.#open.set(kept.question.step, {
        ...kept,
        answers: [...answers],
        given: new Set(given),
        seats: [...seats],
        checking: 0,
        pending: 0,
      })
    this.#planVersion = plan.planVersion
    this.#admission = admission
    this.#triggers = triggers
    setHandler(voteUpdate, async (vote) => this.#take(vote), { validator: (vote: SignedVote) => this.#mayVote(vote) })
  }

  /** Opens a question until its time is over. */
  async ask(question: Question, pace: Pace): Promise<Poll> {
    const factsDigest = await this.#digestOf(question)
    const { facts: _facts, text: _text, withinMs: _withinMs, ...subject } = question
    const open: OpenQuestion = {
      question: subject,
      factsDigest,
      answers: [],
      given: new Set(),
      seats: [],
      checking: 0,
      pending: 0,
    }
    this.#open.set(question.step, open)
    return this.#pollOf(open, pace)
  }

  /** The question that an earlier execution has asked. */
  askedBefore({ step, time }: Pick<Question, 'step' | 'time'>, pace: Pace): Poll {
    const open = this.#open.get(step)
    if (open?.question.time !== time) throw new Error(`question ${time} of \`${step}\` is not open any more`)
    return this.#pollOf(open, pace)
  }

  /** What is open, and was answered meanwhile. */
  kept(): KeptQuestion[] {
    return [...this.#open.values()].map(({ question, factsDigest, answers, given, seats }) => {
      return { question, factsDigest, answers, given: [...given], seats }
    })
  }

  #pollOf(open: OpenQuestion, pace: Pace): Poll {
    return {
      factsDigest: open.factsDigest,
      next: async (withinMs) => nextAnswer(open, pace, withinMs),
      close: () => {
        this.#open.delete(open.question.step)
      },
    }
  }

  /** Over everything that a person sees, and when it ends: the values of facts, but not when they were read. */
  async #digestOf(question: Question): Promise<string> {
    const { step, time, text, who, until } = question
    const { runId, planDigest } = this.#admission.admission
    const shown = shownIn(question)
    if (this.#planVersion === 1) return digest({ runId, planDigest, step, time, text, who, until, shown })
    const end = new Date(until).toISOString()
    const asked = { runId, planDigest, step, time, text, who, until: end, shown, ...kindOf(question) }
    return recordQuestion({ admission: this.#admission, question: asked })
  }

  /** The vote must answer a question that is open now, on the facts that it shows (G26). */
  #mayVote(signed: SignedVote): void {
    recordable(signed)
    const { vote } = signed
    if (this.#open.size === 0) throw new Error('no question is open in this run')
    const open = this.#open.get(vote.step)
    const asked = [...this.#open.keys()].map((step) => `\`${step}\``).join(', ')
    if (open === undefined)
      throw new Error(`the open question${this.#open.size > 1 ? 's are' : ' is'} ${asked}, not \`${vote.step}\``)
    const { until } = open.question
    if (Date.now() >= until) throw new Error(`the question was open until ${new Date(until).toISOString()}`)
    if (vote.factsDigest !== open.factsDigest)
      throw new Error('the facts that this vote was given on are not those that are shown now')
    if (open.given.has(keyOf(signed))) throw new Error('this vote was given already')
    const misfit = misfitOf(open.question, vote)
    if (misfit !== undefined) throw new Error(misfit)
  }

  async #take(vote: SignedVote): Promise<VoteVerdict> {
    const open = this.#open.get(vote.vote.step)
    if (open === undefined) return { counted: false, why: 'the question was closed' }
    open.given.add(keyOf(vote))
    open.checking += 1
    open.pending += 1
    try {
      const { record, ...checked } = await this.#check(vote).finally(() => {
        open.checking -= 1
        delete open.closesAt
      })
      if (this.#open.get(vote.vote.step) !== open) return { counted: false, why: 'the question was closed meanwhile' }
      const verdict = checked.counted ? countedBy(open, vote) : checked
      open.answers.push({ vote, verdict, ...(record === undefined ? {} : { record }) })
      return verdict
    } finally {
      open.pending -= 1
    }
  }

  /** What counts is when the vote came, by the run's clock, which is that of its history. One that nobody can check holds nothing up. */
  async #check(vote: SignedVote): Promise<CheckedVote> {
    const receivedAt = new Date().toISOString()
    try {
      return await checkVote({ admission: this.#admission, vote, triggers: this.#triggers, receivedAt })
    } catch (error) {
      if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error
      return { counted: false, why: `nobody could check this vote: ${rootCause(error) ?? error.message}` }
    }
  }
}

/** As the interpreter counts it, which takes these answers one after the other: whoever has voted is told what the run does. */
function countedBy({ seats }: OpenQuestion, vote: SignedVote): VoteVerdict {
  const verdict = besideOthers(vote, seats, patched)
  if (verdict.counted) seats.push(seatOf(vote))
  return verdict
}

function seatsOf(answers: readonly Answer[]): Seat[] {
  return answers.flatMap(({ vote, verdict }) => (verdict.counted ? [seatOf(vote)] : []))
}

/** A vote that was changed on the way is another one: it keeps the real one neither in nor out. */
function keyOf(signed: SignedVote): string {
  return JSON.stringify(signed)
}

function shownIn({ facts }: Question): QuestionRecord['shown'] {
  const shown = Object.entries(facts).map(([name, { value, unknown }]) => {
    return [name, { value: value ?? null, unknown: unknown === undefined ? null : { ...unknown } }] as const
  })
  return Object.fromEntries(shown)
}

function kindOf({ kind = 'approve', choices, overridable }: Question): Pick<QuestionRecord, 'kind'> {
  return {
    kind,
    ...(choices === undefined ? {} : { choices: choices.map(({ name }) => name) }),
    ...(overridable === undefined ? {} : { overridable }),
  }
}

/** What is asked, and what may be answered. */
function misfitOf({ kind, choices, overridable }: Subject, vote: SignedVote['vote']): string | undefined {
  if (vote.decision === 'reject') return undefined
  if (kind === 'ask') {
    const names = (choices ?? []).map(({ name }) => name)
    const fits = vote.decision === 'choose' && names.includes(vote.option ?? '')
    return fits ? undefined : `this question takes one of ${names.join(', ')}`
  }
  if (kind === 'override') {
    const fits =
      overridable?.some(({ rule, item }) => rule === vote.overrides?.rule && item === vote.overrides.item) === true
    return vote.decision === 'override' && fits ? undefined : 'this question takes an override of what it names'
  }
  return vote.decision === 'approve' ? undefined : 'this question takes an approval or a rejection'
}

async function nextAnswer(open: OpenQuestion, pace: Pace, withinMs = Infinity): Promise<Answer | undefined> {
  const remaining = Math.min(open.question.until - Date.now(), withinMs)
  const isAnswered = () => open.answers.length > 0
  if (!isAnswered() && remaining > 0 && pace.leaves) throw pace.leave()
  if (isAnswered() || remaining > 0) {
    const summary = `waiting for ${open.question.who.join(', ')}`
    const woken = await condition(() => isAnswered() || pace.leaves, Math.max(remaining, 1), { summary })
    if (woken && !isAnswered()) throw pace.leave()
  }
  if (open.question.until <= Date.now()) await lastChecks(open)
  return open.answers.shift()
}

/** A vote that came in time counts, though its check took longer: the end is put off from check to check, of which there are no new ones. */
async function lastChecks(open: OpenQuestion): Promise<void> {
  const isSettled = () => open.answers.length > 0 || open.pending === 0
  if (isSettled()) return
  open.closesAt ??= Date.now() + LAST_CHECKS_MS
  const isChecked = patched(LAST_ANSWERS) ? isSettled : () => open.answers.length > 0 || open.checking === 0
  if (!isChecked()) await condition(isChecked, Math.max(open.closesAt - Date.now(), 1))
}
