import { CancellationScope, allHandlersFinished, condition, continueAsNew } from '@temporalio/workflow'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { RunInput } from '../../schemas/run.ts'
import type { Run } from '../core/run.ts'
import { freeze, snapshotOf } from '../core/snapshot.ts'
import { lookAgain } from '../core/wait.ts'
import { keep } from './activities.ts'
import type { Companions } from './companions.ts'
import { isHeavy, moveInPieces } from './move-in-pieces.ts'

/** What does not fit into the argument of an execution, with room for the Plan, stays where it is. */
const CHARACTERS = 1_200_000

interface Moving {
  readonly companions: Companions
  readonly run: Run
  readonly startedAt: string
}

/**
 * Ends this execution, and lets another one go on: what was entered and done goes into the evidence store, the rest goes along.
 * Returns only where the run is too big to move.
 */
export async function goElsewhere(input: RunInput, { companions, run, startedAt }: Moving): Promise<void> {
  const { admission, continued: before } = input
  const number = (before?.number ?? 0) + 1
  const values = freeze(run.whole.completed)
  const along = (kept: number) => companions.luggage(snapshotOf(run, number), kept)
  if (isTooBig(values) || isTooBig(along(entriesOf(companions).length))) return companions.pace.stay()
  const scope = CancellationScope.current()
  await CancellationScope.nonCancellable(async () => {
    await companions.notices.settled()
    await condition(allHandlersFinished)
    // While people were told, and votes checked, more can have come than one message takes.
    if (isHeavy(input, { companions, run, startedAt })) return
    const entries = entriesOf(companions)
    await keep({ admission, number, entries, values })
    await condition(allHandlersFinished)
    if (companions.pace.news) lookAgain(run)
    const continued = { number, startedAt, state: along(entries.length), cancelled: scope.consideredCancelled }
    await continueAsNew<(input: RunInput) => Promise<unknown>>({ ...input, continued })
  })
  await moveInPieces(input, { companions, run, startedAt })
}

function entriesOf({ ledger }: Companions): Json[] {
  return [...ledger.state().entries] as unknown as Json[]
}

function isTooBig(value: JsonObject): boolean {
  return JSON.stringify(value).length > CHARACTERS
}
