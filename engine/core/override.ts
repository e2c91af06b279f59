import type { Denial, SignedVote } from '../../schemas/run.ts'
import { patience } from './patience.ts'
import { askPeople } from './question.ts'
import type { Run } from './run.ts'

/** Break-glass: brings a denial before those who may override it (G26); answers whether they have, rule by rule. */
export async function overrides(run: Run, instance: string, denial: Denial): Promise<boolean> {
  const { overridable = [] } = denial
  if (overridable.length === 0 || run.whole.mode === 'observe') return false
  const standing = run.whole.votes
  const ended = await askPeople(run, {
    step: instance,
    kind: 'override',
    text: denial.message,
    who: [...new Set(overridable.map(({ who }) => who))],
    facts: {},
    withinMs: patience(run, 'overridePatience'),
    overridable,
    settled: (answers) => (overridable.every((one) => isCovered(one, answers)) ? { result: 'done' } : undefined),
    overdue: { result: 'timed-out' },
  })
  const overridden = ended.result === 'done'
  // An override that is not whole is none, also later.
  const given = ({ vote }: SignedVote) => vote.step === instance && vote.decision === 'override'
  if (!overridden) run.whole.votes = run.whole.votes.filter((vote) => standing.includes(vote) || !given(vote))
  return overridden
}

function isCovered(
  { rule, item, who }: NonNullable<Denial['overridable']>[number],
  answers: readonly SignedVote[],
): boolean {
  return answers.some(
    ({ vote }) =>
      vote.decision === 'override' &&
      vote.role === who &&
      vote.overrides?.rule === rule &&
      (vote.overrides.item === undefined || vote.overrides.item === item),
  )
}
