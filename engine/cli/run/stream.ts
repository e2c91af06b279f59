import type { RunState } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { printJson } from '../terminal.ts'
import { News } from '../view/live.ts'

/** A run as lines of JSON, for other programs: one for each entry as it comes, and at the end one with the outcome. */
export class Stream {
  readonly #news = new News()

  /** Prints what is new. */
  show(state: RunState): void {
    for (const entry of this.#news.since(state)) printJson(entry)
  }

  /** Prints how the run ended, and where its evidence lies. */
  end({ runId, outcome, sealed }: RunState): void {
    if (outcome === undefined) throw new OperatorError('RP0304', `${runId} ended without an outcome`, 'runproof runs')
    printJson({ kind: 'end', runId, outcome, ...(sealed === undefined ? {} : { sealed }) })
  }
}
