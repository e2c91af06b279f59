import type { DoStep } from '../../schemas/plan.ts'
import type { Denial, SignedVote } from '../../schemas/run.ts'
import { denied } from './denied.ts'
import { patience } from './patience.ts'
import { askPeople, seated } from './question.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/** A run that only proposes waits, before its first effect, for somebody of the runbook's owner (G39); answers with what stops it. */
export async function agreement(run: Run, step: DoStep): Promise<Ended | undefined> {
  const { whole } = run
  if (whole.mode !== 'propose' || whole.agreement.length > 0) return undefined
  let agreed: readonly SignedVote[] = []
  const who = [whole.plan.runbook.owner]
  const ended = await askPeople(run, {
    step: instanceOf(run, step.id),
    kind: 'propose',
    text: `${whole.plan.runbook.title}: may this run act? Its first act is \`${step.action}\``,
    who,
    facts: Object.fromEntries([...run.records].map(([name, { record }]) => [name, record])),
    withinMs: patience(run, 'proposePatience'),
    settled: (answers) => {
      agreed = [...answers]
      return seated(who, answers) === undefined ? undefined : { result: 'done' }
    },
    overdue: { result: 'timed-out', detail: 'nobody has agreed to what was proposed in time' },
  })
  if (ended.result !== 'done') return denied(notAgreed(ended.detail ?? 'nobody has agreed to what was proposed'))
  whole.agreement = agreed
  return undefined
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
