import {
  ApplicationFailure,
  CancellationScope,
  ContinueAsNew,
  allHandlersFinished,
  condition,
  sleep,
} from '@temporalio/workflow'
import type { Outcome, RunInput, SealRequest, SealResult } from '../../schemas/run.ts'
import { carryOut } from '../core/carry-out.ts'
import { Elsewhere } from '../core/ports.ts'
import { MOST_IN_A_REQUEST, isInPieces, weightOf } from '../core/pieces.ts'
import type { SealInPieces } from '../core/pieces.ts'
import { openRun } from '../core/run.ts'
import type { Run } from '../core/run.ts'
import { UnknownSnapshot, restoreRun } from '../core/snapshot.ts'
import { admit, recordStart, release, seal, takeOver } from './activities.ts'
import { Companions } from './companions.ts'
import { goElsewhere } from './elsewhere.ts'
import { leavingGrounds } from './left-grounds.ts'
import { broughtAlong, isHeavy, moveInPieces } from './move-in-pieces.ts'
import { keepPieces } from './pieces.ts'
import { temporalPorts } from './ports.ts'

/** Where no worker can keep pieces, the run asks again after this time. */
const NOT_IN_PIECES_MS = 30_000

/**
 * The only workflow: the interpreter of Plans. It is the bundle's default export, so that the workflow type is the
 * runbook's id. Its whole input is pinned: a change of a file never touches a run that has started.
 */
export default async function runbook(input: RunInput): Promise<{ outcome: Outcome; sealed: SealResult }> {
  try {
    return await liveThrough(input)
  } catch (error) {
    if (error instanceof ApplicationFailure || error instanceof ContinueAsNew) throw error
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), kindOf(error))
  }
}

function kindOf(error: unknown): string {
  return error instanceof UnknownSnapshot ? error.name : 'InterpreterBug'
}

async function liveThrough(input: RunInput): Promise<{ outcome: Outcome; sealed: SealResult }> {
  const startedAt = input.continued?.startedAt ?? now()
  // Handlers first: an early message must find them.
  const companions = new Companions(input)
  const outcome = (await refusal(input, companions)) ?? (await follow(input, companions, startedAt))
  companions.attributes.ended(outcome)
  return CancellationScope.nonCancellable(async () => {
    await companions.notices.ended(outcome)
    if (input.plan.planVersion > 1) await release({ admission: input.admission })
    const sealed = await sealRun(input, companions, { outcome, startedAt, finishedAt: now() })
    await condition(allHandlersFinished)
    return { outcome, sealed }
  })
}

/** Admission is the first step: a run that is refused does nothing, and its refusal is sealed like any end (G29). */
async function refusal(input: RunInput, { ledger }: Companions): Promise<Outcome | undefined> {
  if (input.continued !== undefined) return taken(input, input.continued.number)
  const result = await CancellationScope.nonCancellable(async () =>
    admit({ plan: input.plan, admission: input.admission }),
  )
  if (result.admitted) {
    ledger.enter({ kind: 'admitted' })
    return undefined
  }
  if ('foreign' in result) throw ApplicationFailure.nonRetryable(result.foreign, 'NotAdmitted')
  const { denial } = result
  ledger.enter({ kind: 'refused', message: denial.message })
  const { message } = denial
  const outcome: Outcome = { name: 'refused', as: 'refused', claims: [], message, tell: [], left: [], denial }
  ledger.outcome(outcome)
  return outcome
}

/** A run that goes on was admitted before; now this execution, and no other, is its next one. */
async function taken({ admission }: RunInput, number: number): Promise<undefined> {
  const result = await CancellationScope.nonCancellable(async () => takeOver({ admission, number }))
  if (!result.continued) throw ApplicationFailure.nonRetryable(result.why, 'NotAdmitted')
}

async function follow(input: RunInput, companions: Companions, startedAt: string): Promise<Outcome> {
  const { plan, admission, continued } = input
  const { ledger, questions, notices, pace } = companions
  const ports = notices.whenAsked(leavingGrounds(temporalPorts(input, questions, pace), admission))
  const state = continued === undefined ? undefined : companions.state
  const run =
    state === undefined
      ? openRun(plan, admission.admission, { ports, ledger })
      : restoreRun(plan, admission.admission, {
          ...{ ports, ledger },
          state: isInPieces(state) ? await broughtAlong(input, state.pieces, pace) : state,
        })
  if (continued?.cancelled === true) CancellationScope.current().cancel()
  return followOrMove(input, { companions, run, startedAt })
}

async function followOrMove(
  input: RunInput,
  moving: { companions: Companions; run: Run; startedAt: string },
): Promise<Outcome> {
  try {
    return await carryOut(moving.run)
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error
    await (isHeavy(input, moving) ? moveInPieces(input, moving) : goElsewhere(input, moving))
    return followOrMove(input, moving)
  }
}

/** Stays in `sealing`, visibly, for as long as the evidence store takes nothing. */
async function sealRun(
  { plan, admission }: RunInput,
  { ledger }: Companions,
  end: Pick<SealRequest, 'outcome' | 'startedAt' | 'finishedAt'>,
): Promise<SealResult> {
  ledger.phase('sealing')
  await recordStart({ plan, admission })
  const whole: SealRequest = { plan, admission, ...end, entries: ledger.state().entries }
  const sealed = await seal(weightOf(whole) > MOST_IN_A_REQUEST ? await lastWordsInPieces(whole) : whole)
  ledger.sealed(sealed)
  return sealed
}

/** How it ended and what it entered, kept in pieces: for as long as it takes until a worker does so that knows how. */
async function lastWordsInPieces({ outcome, entries, ...rest }: SealRequest): Promise<SealInPieces> {
  const text = JSON.stringify({ outcome, entries })
  for (let time = 1; ; time += 1) {
    const pieces = await keepPieces(rest.admission, `seal.entries${time === 1 ? '' : `#${time}`}`, text)
    if (pieces !== undefined) return { ...rest, pieces }
    await sleep(NOT_IN_PIECES_MS)
  }
}

function now(): string {
  return new Date().toISOString()
}
