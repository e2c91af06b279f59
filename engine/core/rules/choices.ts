import type { Condition, Predicate, StepPlan } from '../../../schemas/plan.ts'
import { loopsOf, siteOfStep } from './sites.ts'
import type { Site } from './sites.ts'
import { originsOfPath } from './sources.ts'
import type { Origin } from './sources.ts'

/**
 * What chose this place before another: its conditions and those of the blocks and callers around it, through the steps that they
 * name, and the lists of its loops. A step at which the run stops otherwise decides whether, not which: it chooses nothing.
 */
export function choicesAt(site: Site): Origin[] {
  const { step, around, outcome, caller } = site
  const loops = loopsOf(site).flatMap(({ list }) => originsOfPath(list, site))
  const conditions = [...around, ...(step === undefined ? [] : [step])].flatMap(({ when }) => when)
  return [
    ...loops,
    ...chosenBy(conditions, site, goesOnOtherwise),
    ...chosenBy(outcome?.when ?? [], site, () => true),
    ...(caller === undefined ? [] : choicesAt(caller)),
  ]
}

/** What the result of a step says: the facts of a judgement, the answer of people, or the result of an act. */
export function judgementOf(site: Site): Origin[] {
  const { step } = site
  switch (step?.kind) {
    case 'decide':
      return step.cases.flatMap(({ predicate }) => originsOfPredicate(predicate, site))
    case 'read':
      return step.expect === undefined ? [] : originsOfPredicate(step.expect.predicate, site)
    case 'do': {
      const byAct = step.continueOn.some((result) => result === 'failed' || result === 'denied')
      const expected = step.expect === undefined ? [] : originsOfPredicate(step.expect.predicate, site)
      return [...expected, ...(byAct ? [{ kind: 'result', name: step.id } as const] : [])]
    }
    case 'approve':
    case 'ask':
      return [{ kind: 'answer', name: step.id }]
    default:
      return [{ kind: 'result', name: step?.id ?? '' }]
  }
}

type Chooses = (step: StepPlan, results: readonly string[]) => boolean

function chosenBy(condition: Condition, site: Site, chooses: Chooses): Origin[] {
  return condition.flatMap(({ step: id, results }) => {
    const other = siteOfStep(site, id)
    if (other?.step === undefined) return [{ kind: 'result', name: id } as const]
    const judged = chooses(other.step, results) ? judgementOf(other) : []
    return [
      ...judged,
      ...chosenBy(
        [...other.around, other.step].flatMap(({ when }) => when),
        other,
        chooses,
      ),
    ]
  })
}

/** Does the run go on with another result of the step than these? */
function goesOnOtherwise({ continueOn }: StepPlan, results: readonly string[]): boolean {
  return continueOn.some((result) => !results.includes(result))
}

/** Numbers of the policy have a source of their own, and choose nothing by themselves. */
function originsOfPredicate({ uses }: Predicate, site: Site): Origin[] {
  return uses.flatMap((path) => (path[0] === 'policy' ? [] : originsOfPath(path, site)))
}
