import type { Denial, SignedVote } from '../../schemas/run.ts'
import { patience } from './patience.ts'
import { askPeople } from './question.ts'
import type { Run } from './run.ts'

/** Break-glass: brings a denial before those who may override it (G26); answers whether they have, rule by rule. */
export async function overrides(run: Run, instance: string, denial: Denial): Promise<boolean> {
  const { overridable = [] } = denial
  if (overridable.length === 0 || run.whole.mode === 'observe') return false
  const { ended, answers } = await askPeople(run, {
    step: instance,
    kind: 'override',
    text: denial.message,
    who: [...new Set(overridable.map(({ who }) => who))],
    facts: {},
    withinMs: patience(run, 'overridePatience'),
    overridable,
    denied: denial,
    settled: (given) => (overridable.every((one) => isCovered(one, given)) ? { result: 'done' } : undefined),
    overdue: { result: 'timed-out' },
  })
  const overridden = ended.result === 'done'
  // An override that is not whole is none, also later.
  const given = new Set(answers.map(({ signature }) => signature))
  if (!overridden) run.whole.votes = run.whole.votes.filter(({ signature }) => !given.has(signature))
  return overridden
}

/** A verdict on one item is overridden for that item alone; who names none has overridden what is judged as a whole. */
function isCovered(
  { rule, item, who }: NonNullable<Denial['overridable']>[number],
  answers: readonly SignedVote[],
): boolean {
  return answers.some(
    ({ vote }) =>
      vote.decision === 'override' &&
      vote.role === who &&
      vote.overrides?.rule === rule &&
      vote.overrides.item === item,
  )
}
