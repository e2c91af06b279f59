import type { ApproveStep } from '../../schemas/plan.ts'
import { askPeople, questionText, seated, shownFacts } from './question.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'

/** Waits until one person of each role has approved, somebody has rejected, or the time is over. */
export async function approveStep(run: Run, { id, text, who, show, withinMs }: ApproveStep): Promise<Ended> {
  const { ended } = await askPeople(run, {
    step: instanceOf(run, id),
    text: questionText(run, text),
    who,
    facts: shownFacts(run, show),
    withinMs,
    settled: (answers) => {
      const people = seated(who, answers)
      return people && { result: 'done', detail: `approved by ${people.join(', ')}` }
    },
    overdue: { result: 'timed-out', detail: 'nobody who counts has answered in time' },
  })
  return ended
}
