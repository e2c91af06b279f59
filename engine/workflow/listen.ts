import { ApplicationFailure, TemporalFailure, isCancellation, setHandler } from '@temporalio/workflow'
import type { RunInput, SignedAdmission, Trigger, TriggerCheck } from '../../schemas/run.ts'
import type { Ledger } from '../core/ledger.ts'
import { modeOf } from '../core/mode.ts'
import { checkTrigger } from './activities.ts'
import { stateQuery, triggerUpdate } from './messages.ts'
import { shownState } from './shown-state.ts'
import { stillOpen } from './still-open.ts'

/** Answers what the run is asked, and takes further starts of its key. Everybody who asked for it stands in `triggers`. */
export function listen({ admission }: RunInput, ledger: Ledger, triggers: Trigger[]): void {
  const { runId } = admission.admission
  setHandler(stateQuery, () => shownState(ledger.state()))
  setHandler(triggerUpdate, async (further) => meet(further), {
    validator: (further: SignedAdmission) => {
      stillOpen(ledger)
      mayMeet(admission, further)
    },
  })

  /** The run's own start comes by this way too, since both travel in one request. */
  async function meet(further: SignedAdmission): Promise<{ runId: string }> {
    if (further.admission.runId === runId) return { runId }
    if (!(await recorded({ admission, further })))
      throw ApplicationFailure.nonRetryable('not admitted here', 'NotAdmitted')
    stillOpen(ledger)
    triggers.push(further.admission.trigger)
    ledger.enter({ kind: 'trigger', trigger: further.admission.trigger })
    return { runId }
  }
}

/** Everybody who asked for the run is known to the votes: a start that nobody can record is not taken, and may be sent again. */
async function recorded(check: TriggerCheck): Promise<boolean> {
  try {
    return await checkTrigger(check)
  } catch (error) {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error
    throw ApplicationFailure.nonRetryable('this start could not be recorded', 'NotRecorded')
  }
}

/** A run that only observes never acts: a start that is to act, or to propose, does not end in it (G39). The host begins anew. */
function mayMeet({ admission: own }: SignedAdmission, { admission: further }: SignedAdmission): void {
  if (modeOf(own.trigger) !== 'observe' || modeOf(further.trigger) === 'observe') return
  const message = `the run ${own.runId} only observes`
  throw ApplicationFailure.create({ message, type: 'OnlyObserves', nonRetryable: true, details: [own.runId] })
}
