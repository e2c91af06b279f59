import { condition, setHandler } from '@temporalio/workflow'
import type { Answer, Poll, Question } from '../core/ports.ts'
import type { QuestionRecord, RunInput, SignedAdmission, SignedVote, Trigger, VoteVerdict } from '../../schemas/run.ts'
import { checkVote, digest, recordQuestion } from './activities.ts'
import { voteUpdate } from './messages.ts'

interface OpenQuestion {
  readonly question: Question
  readonly factsDigest: string
  readonly answers: Answer[]
  /** Votes that were let in: none is taken twice. */
  readonly given: Set<string>
}

/** Takes votes for the questions that are open, one for each instance of a step, and refuses all others at once. */
export class Questions {
  readonly #open = new Map<string, OpenQuestion>()
  readonly #planVersion: number
  readonly #admission: SignedAdmission
  readonly #triggers: readonly Trigger[]

  constructor({ plan, admission }: RunInput, triggers: readonly Trigger[]) {
    this.#planVersion = plan.planVersion
    this.#admission = admission
    this.#triggers = triggers
    setHandler(voteUpdate, async (vote) => this.#take(vote), { validator: (vote: SignedVote) => this.#mayVote(vote) })
  }

  /** Opens a question until its time is over. */
  async ask(question: Question, clock: { nowMs(): number }): Promise<Poll> {
    const until = clock.nowMs() + question.withinMs
    const open: OpenQuestion = {
      question,
      factsDigest: await this.#digestOf({ question, until }),
      answers: [],
      given: new Set(),
    }
    this.#open.set(question.step, open)
    return {
      factsDigest: open.factsDigest,
      next: async (withinMs) => nextAnswer(open, Math.min(until - clock.nowMs(), withinMs ?? Infinity)),
      close: () => {
        this.#open.delete(question.step)
      },
    }
  }

  /** Over everything that a person sees, and when it ends: the values of facts, but not when they were read. */
  async #digestOf({ question, until }: { question: Question; until: number }): Promise<string> {
    const { step, time, text, who } = question
    const { runId, planDigest } = this.#admission.admission
    const shown = shownIn(question)
    if (this.#planVersion === 1) return digest({ runId, planDigest, step, time, text, who, until, shown })
    const end = new Date(until).toISOString()
    const asked = { runId, planDigest, step, time, text, who, until: end, shown, ...kindOf(question) }
    return recordQuestion({ admission: this.#admission, question: asked })
  }

  /** The vote must answer a question that is open now, on the facts that it shows (G26). */
  #mayVote(signed: SignedVote): void {
    const { vote } = signed
    if (this.#open.size === 0) throw new Error('no question is open in this run')
    const open = this.#open.get(vote.step)
    const asked = [...this.#open.keys()].map((step) => `\`${step}\``).join(', ')
    if (open === undefined)
      throw new Error(`the open question${this.#open.size > 1 ? 's are' : ' is'} ${asked}, not \`${vote.step}\``)
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
    const verdict = await checkVote({ admission: this.#admission, vote, triggers: this.#triggers })
    if (this.#open.get(vote.vote.step) !== open) return { counted: false, why: 'the question was closed meanwhile' }
    open.answers.push({ vote, verdict })
    return verdict
  }
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
function misfitOf({ kind, choices, overridable }: Question, vote: SignedVote['vote']): string | undefined {
  if (vote.decision === 'reject') return undefined
  if (kind === 'ask') {
    const names = (choices ?? []).map(({ name }) => name)
    const fits = vote.decision === 'choose' && names.includes(vote.option ?? '')
    return fits ? undefined : `this question takes one of ${names.join(', ')}`
  }
  if (kind === 'override') {
    const fits = overridable?.some(({ rule }) => rule === vote.overrides?.rule) === true
    return vote.decision === 'override' && fits ? undefined : 'this question takes an override of what it names'
  }
  return vote.decision === 'approve' ? undefined : 'this question takes an approval or a rejection'
}

async function nextAnswer(open: OpenQuestion, remaining: number): Promise<Answer | undefined> {
  if (open.answers.length === 0 && remaining <= 0) return undefined
  const summary = `waiting for ${open.question.who.join(', ')}`
  await condition(() => open.answers.length > 0, Math.max(remaining, 1), { summary })
  return open.answers.shift()
}
