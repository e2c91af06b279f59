import type { Client } from '@temporalio/client'
import type { RunState } from '../../../schemas/run.ts'
import { findRun } from '../../host/runs.ts'
import { EXIT, exitOf } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { interruption, unread } from '../interrupt.ts'
import { print, say } from '../terminal.ts'
import type { Trust } from '../trust-folder.ts'
import { LiveView } from '../view/live.ts'
import { outcomeText } from '../view/outcome-text.ts'
import { statesOf } from './states.ts'
import { Stream } from './stream.ts'

/** In which form a run is shown. */
export interface Form {
  readonly json: boolean
  readonly trust: Trust
}

/** Shows a run as it goes, to its end. Ctrl-C ends the showing, not the run, and so does a reader that goes away. */
export async function followRun(client: Client, runId: string, { json, trust }: Form): Promise<Exit> {
  const nobodyReads = unread()
  const leaving = AbortSignal.any([interruption(), nobodyReads])
  const shown = json ? new Stream() : new Text(trust)
  let last: RunState | undefined
  for await (const state of statesOf(async () => findRun(client, runId), leaving)) {
    shown.show(state)
    last = state
  }
  if (last?.phase === 'sealed' && last.outcome !== undefined) {
    shown.end(last)
    return exitOf(last.outcome)
  }
  const said = `the run goes on: runproof watch ${runId}\nto end it:       runproof cancel ${runId}`
  if (json || nobodyReads.aborted) say(said)
  else print(`\n${said}`)
  return EXIT.interrupted
}

class Text {
  readonly #view = new LiveView()
  readonly #trust: Trust

  constructor(trust: Trust) {
    this.#trust = trust
  }

  show(state: RunState): void {
    for (const line of this.#view.news(state)) print(line)
  }

  end(state: RunState): void {
    if (state.outcome !== undefined) for (const line of outcomeText(state, state.outcome, this.#trust)) print(line)
  }
}
