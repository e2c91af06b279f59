import type { Client } from '@temporalio/client'
import type { RunState } from '../../../schemas/run.ts'
import { findRun } from '../../host/runs.ts'
import { EXIT, exitOf } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { interruption } from '../interrupt.ts'
import { print } from '../terminal.ts'
import { LiveView } from '../view/live.ts'
import { outcomeText } from '../view/outcome-text.ts'
import { statesOf } from './states.ts'

/** Shows a run as it goes, to its end. Ctrl-C ends the showing, not the run. */
export async function followRun(client: Client, runId: string): Promise<Exit> {
  const leaving = interruption()
  const last = await showAll(statesOf(await findRun(client, runId), leaving))
  if (last?.phase === 'sealed' && last.outcome !== undefined) return concluded(last, last.outcome)
  print(`\nthe run goes on: runproof watch ${runId}\nto end it:       runproof cancel ${runId}`)
  return EXIT.interrupted
}

async function showAll(states: AsyncIterable<RunState>): Promise<RunState | undefined> {
  const view = new LiveView()
  let last: RunState | undefined
  for await (const state of states) {
    for (const line of view.news(state)) print(line)
    last = state
  }
  return last
}

function concluded(state: RunState, outcome: NonNullable<RunState['outcome']>): Exit {
  for (const line of outcomeText(state, outcome)) print(line)
  return exitOf(outcome)
}
