import type { RunEntry, RunState } from '../../../schemas/run.ts'
import { entryLines } from './entry-text.ts'
import { openQuestions, questionText } from './question-text.ts'

/** Turns states of a run, as they come, into what is new: entries by their number, which grows for as long as the run lives. */
export class News {
  #next = 0

  /** What has happened since the last state. */
  since({ entries }: Pick<RunState, 'entries'>): RunEntry[] {
    const fresh = entries.filter(({ seq }) => seq >= this.#next)
    this.#next = Math.max(this.#next, (entries.at(-1)?.seq ?? -1) + 1)
    return fresh
  }
}

/** The same as lines for people, with the questions that are asked. */
export class LiveView {
  readonly #news = new News()

  /** The lines for what has happened since the last state. */
  news(state: RunState): string[] {
    const fresh = this.#news.since(state)
    const asked = fresh.flatMap((entry) => (entry.kind === 'asked' ? [entry.step] : []))
    const open = openQuestions(state).filter(({ step }) => asked.includes(step))
    return [
      ...fresh.flatMap((entry) => entryLines(entry, state)),
      ...(open.length === 0 ? [] : questionText({ ...state, questions: openQuestions(state) })),
    ]
  }
}
