import {
  ApplicationFailure,
  CancellationScope,
  allHandlersFinished,
  condition,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow'
import type { Outcome, RunInput, SealRequest, SealResult, SignedAdmission, Trigger } from '../../schemas/run.ts'
import { carryOut } from '../core/carry-out.ts'
import { Ledger } from '../core/ledger.ts'
import { openRun } from '../core/run.ts'
import { admit, checkTrigger, recordStart, seal } from './activities.ts'
import { detailsOf } from './details.ts'
import { outcomeAttribute, stateQuery, triggerUpdate } from './messages.ts'
import { Notices } from './notices.ts'
import { temporalPorts } from './ports.ts'
import { Questions } from './questions.ts'

/**
 * The only workflow: the interpreter of Plans. It is the bundle's default export, so that the workflow type is the
 * runbook's id. Its whole input is pinned: a change of a file never touches a run that has started.
 */
export default async function runbook(input: RunInput): Promise<{ outcome: Outcome; sealed: SealResult }> {
  try {
    return await liveThrough(input)
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error
    throw ApplicationFailure.nonRetryable(error instanceof Error ? error.message : String(error), 'InterpreterBug')
  }
}

async function liveThrough(input: RunInput): Promise<{ outcome: Outcome; sealed: SealResult }> {
  const startedAt = now()
  const ledger: Ledger = new Ledger(input.plan, input.admission.admission, {
    now,
    changed: () => setCurrentDetails(detailsOf(ledger.state())),
  })
  const questions = listen(input, ledger)
  const notices = new Notices(input, ledger)
  const outcome = (await refusal(input, ledger)) ?? (await follow(input, { ledger, questions, notices }))
  upsertSearchAttributes([{ key: outcomeAttribute, value: outcome.as }])
  return CancellationScope.nonCancellable(async () => {
    await notices.ended(outcome)
    const sealed = await sealRun(input, ledger, { outcome, startedAt, finishedAt: now() })
    await condition(allHandlersFinished)
    return { outcome, sealed }
  })
}

/** Handlers first: an early message must find them. */
function listen({ admission }: RunInput, ledger: Ledger): Questions {
  const { runId, trigger } = admission.admission
  const triggers: Trigger[] = [trigger]
  setHandler(stateQuery, () => ledger.state())
  setHandler(triggerUpdate, async (further) => meet(further), {
    validator: (_further: SignedAdmission) => stillOpen(ledger),
  })
  return new Questions(admission, triggers)

  /** The run's own start comes by this way too, since both travel in one request. */
  async function meet(further: SignedAdmission): Promise<{ runId: string }> {
    if (further.admission.runId === runId) return { runId }
    if (!(await checkTrigger({ admission, further })))
      throw ApplicationFailure.nonRetryable('not admitted here', 'NotAdmitted')
    stillOpen(ledger)
    triggers.push(further.admission.trigger)
    ledger.enter({ kind: 'trigger', trigger: further.admission.trigger })
    return { runId }
  }
}

/** A run that is closing takes no further trigger: whoever sent it tries again, and starts the next run. */
function stillOpen(ledger: Ledger): void {
  const { phase } = ledger.state()
  const closing = phase === 'claiming' || phase === 'sealing' || phase === 'sealed'
  if (closing) throw ApplicationFailure.nonRetryable(`the run is closing (${phase})`, 'RunClosing')
}

/** Admission is the first step: a run that is refused does nothing, and its refusal is sealed like any end (G29). */
async function refusal(input: RunInput, ledger: Ledger): Promise<Outcome | undefined> {
  const result = await CancellationScope.nonCancellable(async () => admit(input))
  if (result.admitted) {
    ledger.enter({ kind: 'admitted' })
    return undefined
  }
  if ('foreign' in result) throw ApplicationFailure.nonRetryable(result.foreign, 'NotAdmitted')
  const { denial } = result
  ledger.enter({ kind: 'refused', message: denial.message })
  const outcome: Outcome = {
    name: 'refused',
    as: 'refused',
    claims: [],
    message: denial.message,
    tell: [],
    left: [],
    denial,
  }
  ledger.outcome(outcome)
  return outcome
}

interface Companions {
  readonly ledger: Ledger
  readonly questions: Questions
  readonly notices: Notices
}

async function follow({ plan, admission }: RunInput, { ledger, questions, notices }: Companions): Promise<Outcome> {
  const ports = notices.whenAsked(temporalPorts(plan, admission, questions))
  return carryOut(openRun(plan, admission.admission, { ports, ledger }))
}

/** Stays in `sealing`, visibly, for as long as the evidence store takes nothing. */
async function sealRun(
  input: RunInput,
  ledger: Ledger,
  end: Pick<SealRequest, 'outcome' | 'startedAt' | 'finishedAt'>,
): Promise<SealResult> {
  ledger.phase('sealing')
  await recordStart(input)
  const sealed = await seal({ ...input, ...end, entries: ledger.state().entries })
  ledger.sealed(sealed)
  return sealed
}

function now(): string {
  return new Date().toISOString()
}
