import { condition, setHandler } from '@temporalio/workflow'
import type { Poll, Question } from '../core/ports.ts'
import type { SignedAdmission, SignedVote, Trigger, VoteVerdict } from '../../schemas/run.ts'
import { checkVote, digest } from './activities.ts'
import { voteUpdate } from './messages.ts'

interface OpenQuestion {
  readonly question: Question
  readonly factsDigest: string
  readonly answers: { readonly vote: SignedVote; readonly verdict: VoteVerdict }[]
}

/** Takes votes for the one question that can be open, and refuses all others at once. */
export class Questions {
  #open: OpenQuestion | undefined
  readonly #admission: SignedAdmission
  readonly #triggers: readonly Trigger[]

  constructor(admission: SignedAdmission, triggers: readonly Trigger[]) {
    this.#admission = admission
    this.#triggers = triggers
    setHandler(voteUpdate, async (vote) => this.#take(vote), { validator: (vote: SignedVote) => this.#mayVote(vote) })
  }

  /** Opens a question until its time is over. */
  async ask(question: Question, clock: { nowMs(): number }): Promise<Poll> {
    const until = clock.nowMs() + question.withinMs
    const open: OpenQuestion = { question, factsDigest: await this.#digestOf(question, until), answers: [] }
    this.#open = open
    return {
      factsDigest: open.factsDigest,
      next: async () => nextAnswer(open, until - clock.nowMs()),
      close: () => (this.#open = undefined),
    }
  }

  /** Over everything that a person sees, and when it ends: the values of facts, but not when they were read. */
  async #digestOf({ step, time, text, who, facts }: Question, until: number): Promise<string> {
    const { runId, planDigest } = this.#admission.admission
    const shown = Object.fromEntries(
      Object.entries(facts).map(([name, { value, unknown }]) => [
        name,
        { value: value ?? null, unknown: unknown ?? null },
      ]),
    )
    return digest({ runId, planDigest, step, time, text, who, until, shown })
  }

  /** The vote must answer the question that is open now, on the facts that it shows (G26). */
  #mayVote({ vote }: SignedVote): void {
    const open = this.#open
    if (open === undefined) throw new Error('no question is open in this run')
    if (vote.step !== open.question.step)
      throw new Error(`the open question is \`${open.question.step}\`, not \`${vote.step}\``)
    if (vote.factsDigest !== open.factsDigest)
      throw new Error('the facts that this vote was given on are not those that are shown now')
  }

  async #take(vote: SignedVote): Promise<VoteVerdict> {
    const open = this.#open
    if (open === undefined) return { counted: false, why: 'the question was closed' }
    const verdict = await checkVote({ admission: this.#admission, vote, triggers: this.#triggers })
    if (this.#open !== open) return { counted: false, why: 'the question was closed meanwhile' }
    open.answers.push({ vote, verdict })
    return verdict
  }
}

async function nextAnswer(open: OpenQuestion, remaining: number): ReturnType<Poll['next']> {
  if (open.answers.length === 0 && remaining <= 0) return undefined
  const summary = `waiting for ${open.question.who.join(', ')}`
  await condition(() => open.answers.length > 0, Math.max(remaining, 1), { summary })
  return open.answers.shift()
}
