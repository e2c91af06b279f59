import { ApplicationFailure, setHandler } from '@temporalio/workflow'
import type { RunInput, SignedAdmission, Trigger } from '../../schemas/run.ts'
import type { Ledger } from '../core/ledger.ts'
import { checkTrigger } from './activities.ts'
import { stateQuery, triggerUpdate } from './messages.ts'
import { stillOpen } from './still-open.ts'

/** Answers what the run is asked, and takes further starts of its key. Everybody who asked for it stands in `triggers`. */
export function listen({ admission }: RunInput, ledger: Ledger, triggers: Trigger[]): void {
  const { runId } = admission.admission
  setHandler(stateQuery, () => ledger.state())
  setHandler(triggerUpdate, async (further) => meet(further), {
    validator: (_further: SignedAdmission) => stillOpen(ledger),
  })

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
