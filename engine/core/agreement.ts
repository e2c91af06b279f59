import type { DoStep } from '../../schemas/plan.ts'
import type { Denial } from '../../schemas/run.ts'
import { denied } from './denied.ts'
import { patience } from './patience.ts'
import { Elsewhere } from './ports.ts'
import { proposalBy } from './proposal.ts'
import { askPeople, seated } from './question.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/**
 * A run that only proposes waits, before its first effect, for somebody of the runbook's owner (G39); answers with what stops it.
 * It asks once: what is about to begin beside that effect waits for the same answer.
 */
export async function agreement(run: Run, step: DoStep): Promise<Ended | undefined> {
  const { whole } = run
  if (whole.mode !== 'propose' || whole.agreement.length > 0) return undefined
  const instance = instanceOf(run, step.id)
  const proposal = (whole.proposal ??= proposalBy(instance))
  if (proposal.instance === instance) proposal.settle(propose(run, instance, step))
  const ended = await proposal.ended
  return ended.result === 'done'
    ? undefined
    : denied(notAgreed(ended.detail ?? 'nobody has agreed to what was proposed'))
}

async function propose(run: Run, instance: string, { action }: DoStep): Promise<Ended> {
  const { whole } = run
  const who = [whole.plan.runbook.owner]
  try {
    const { ended, answers } = await askPeople(run, {
      step: instance,
      kind: 'propose',
      text: `${whole.plan.runbook.title}: may this run act? Its first act is \`${action}\``,
      who,
      facts: Object.fromEntries([...run.records].map(([name, { record }]) => [name, record])),
      withinMs: patience(run, 'proposePatience'),
      settled: (given) => (seated(who, given) === undefined ? undefined : { result: 'done' }),
      overdue: { result: 'timed-out', detail: 'nobody has agreed to what was proposed in time' },
    })
    if (ended.result === 'done') whole.agreement = answers
    whole.proposal = undefined
    return ended
  } catch (error) {
    // In the next execution the same instance goes on asking, and the others wait for it again.
    whole.proposal = error instanceof Elsewhere ? proposalBy(instance) : undefined
    throw error
  }
}

function notAgreed(message: string): Denial {
  return {
    by: 'mode',
    unknown: false,
    message,
    verdicts: [],
    next: 'look at what was proposed, and start the runbook yourself if it is right',
  }
}
