import {
  CancellationScope,
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  workflowInfo,
} from '@temporalio/workflow'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { RunInput } from '../../schemas/run.ts'
import { bytesOf, weightOf } from '../core/pieces.ts'
import type { Run } from '../core/run.ts'
import { freeze, inPieces, snapshotOf } from '../core/snapshot.ts'
import { lookAgain } from '../core/wait.ts'
import { keep } from './activities.ts'
import type { Companions } from './companions.ts'
import type { Pace } from './pace.ts'
import { keepPieces, recallPieces } from './pieces.ts'

/** What weighs less goes along whole. */
const WHOLE = 1_200_000

/** Temporal takes no more than 2 MB as the argument of an execution. */
const MOST_WHOLE = 1_900_000

/** So much may be brought along in pieces: they lie in the new history before it begins, and in the old one as its end. */
const MOST_BROUGHT = 12_000_000

/** Temporal ends an execution whose history has 50 MB. */
const MOST_HISTORY = 45_000_000

/** Text within text has its quotes escaped: as much as this was added once, whatever the text. */
const ESCAPED = 1.3

/** Executions that were under way before texts were weighed as they are sent are replayed as they were. */
const AS_SENT = 'moves-are-weighed-as-sent'

/** Executions that were under way before anything went in pieces are replayed as they were. */
const IN_PIECES = 'moves-in-pieces'

interface Moving {
  readonly companions: Companions
  readonly run: Run
  readonly startedAt: string
}

/**
 * Lets another execution go on, where the run is too big for one message: what it needs lies in the evidence store, in pieces.
 * Returns only where it cannot move now.
 */
export async function moveInPieces(input: RunInput, moving: Moving): Promise<void> {
  const load = weigh(input, moving)
  const history = workflowInfo().historySize + load.sent()
  const fits = load.snapshot <= MOST_BROUGHT && load.rest <= MOST_WHOLE && history <= MOST_HISTORY
  return fits ? goInPieces(input, moving) : moving.companions.pace.putOff()
}

/** Is it too much to go along whole? */
export function isHeavy(input: RunInput, moving: Moving): boolean {
  const { kept, rest, snapshot } = weigh(input, moving)
  return (kept > WHOLE || rest + snapshot > WHOLE) && patched(IN_PIECES)
}

/** A snapshot that was brought along in pieces, put together again. */
export async function broughtAlong(
  { admission }: RunInput,
  pieces: readonly string[],
  pace: Pace,
): Promise<JsonObject> {
  const text = await recallPieces(admission, 'recall.run', pieces)
  pace.brings(weightInside(text))
  return JSON.parse(text) as JsonObject
}

interface Load {
  /** What goes into the evidence store. */
  readonly kept: number
  /** What the interpreter needs to go on. */
  readonly snapshot: number
  /** The argument of the next execution without it. */
  readonly rest: number
  /** What keeping both in pieces adds to the history. */
  readonly sent: () => number
}

function weigh(input: RunInput, { companions, run }: Moving): Load {
  const { continued: _before, ...same } = input
  const rest = companions.luggage({}, companions.ledger.state().entries.length)
  const own = { admission: input.admission, ...ownOf(companions, run) }
  const snapshot = snapshotOf(run, numberOf(input))
  return {
    kept: weightOf(own),
    snapshot: weightOf(snapshot),
    rest: weightOf(same) + weightOf(rest),
    sent: () => weightInside(JSON.stringify(own)) + weightInside(JSON.stringify(snapshot)),
  }
}

/** What a text weighs as part of a request. */
function weightInside(text: string): number {
  return patched(AS_SENT) ? weightOf(text) : bytesOf(text) * ESCAPED
}

async function goInPieces(input: RunInput, { companions, run, startedAt }: Moving): Promise<void> {
  const { admission } = input
  const number = numberOf(input)
  const scope = CancellationScope.current()
  await CancellationScope.nonCancellable(async () => {
    await companions.notices.settled()
    await condition(allHandlersFinished)
    const own = ownOf(companions, run)
    const handed = await inOneRequest(input, own)
    const before = await keepSnapshot(input, { companions, run })
    if (handed === undefined || before === undefined) return companions.pace.putOff()
    // Written once: from here on there is no way back.
    await keep({ admission, number, ...handed })
    const { pieces } = (await keepSnapshot(input, { companions, run }, before)) ?? before
    const state = companions.luggage(inPieces(pieces), own.entries.length)
    const continued = { number, startedAt, state, cancelled: scope.consideredCancelled }
    await continueAsNew<(input: RunInput) => Promise<unknown>>({ ...input, continued })
  })
}

/** What was entered and done here, for one request; what is too big for it is kept in pieces first. */
async function inOneRequest(input: RunInput, own: Own): Promise<Own | undefined> {
  const { admission } = input
  if (weightOf({ admission, ...own }) <= WHOLE) return own
  const pieces = await keepPieces(admission, `keep.${numberOf(input)}.own`, JSON.stringify(own))
  return pieces === undefined ? undefined : { entries: [], values: { pieces } }
}

interface KeptSnapshot {
  readonly text: string
  readonly pieces: readonly string[]
  readonly time: number
}

/** Keeps the snapshot, once more where what came meanwhile has changed it; answers with the one that was kept last. */
async function keepSnapshot(
  input: RunInput,
  carrying: Pick<Moving, 'companions' | 'run'>,
  before?: KeptSnapshot,
): Promise<KeptSnapshot | undefined> {
  await condition(allHandlersFinished)
  if (carrying.companions.pace.news) lookAgain(carrying.run)
  const number = numberOf(input)
  const text = JSON.stringify(snapshotOf(carrying.run, number))
  if (text === before?.text) return before
  const time = (before?.time ?? 0) + 1
  const name = `keep.${number}.run${time === 1 ? '' : `#${time}`}`
  const pieces = await keepPieces(input.admission, name, text)
  return pieces === undefined ? before : keepSnapshot(input, carrying, { text, pieces, time })
}

interface Own {
  readonly entries: Json[]
  readonly values: JsonObject
}

function ownOf({ ledger }: Companions, run: Run): Own {
  const entries = [...ledger.state().entries] as unknown as Json[]
  return { entries, values: freeze(run.whole.completed) }
}

function numberOf({ continued }: RunInput): number {
  return (continued?.number ?? 0) + 1
}
