import type { DoStep, Operand, Place, Plan, StepPlan } from '../../../schemas/plan.ts'

/** A runbook as somebody in a hurry might leave it. */
export interface RunbookMutant {
  readonly runbook: string
  readonly change: string
  readonly place: Place
  readonly mutant: Plan
}

/** Small changes of a Plan: a condition dropped, an expectation, an undo; a premise read again; two acts the other way round. */
export function mutantsOfRunbook(plan: Plan): RunbookMutant[] {
  return changesIn(plan.steps).map(({ steps, ...said }) => ({
    runbook: plan.runbook.id,
    ...said,
    mutant: { ...plan, steps },
  }))
}

interface Change {
  readonly change: string
  readonly place: Place
  readonly steps: readonly StepPlan[]
}

function changesIn(steps: readonly StepPlan[]): Change[] {
  return steps.flatMap((step, at) => {
    const inner = step.kind === 'block' ? changesIn(step.steps) : []
    return [
      ...changesOf(step).map(({ to, change }) => ({ change, place: step.place, steps: steps.toSpliced(at, 1, ...to) })),
      ...swapped(steps, at),
      ...inner.map((change) => ({
        ...change,
        steps: steps.toSpliced(at, 1, { ...step, steps: change.steps } as StepPlan),
      })),
    ]
  })
}

interface Changed {
  readonly change: string
  readonly to: readonly StepPlan[]
}

function changesOf(step: StepPlan): Changed[] {
  const { id } = step
  const changes: Changed[] =
    step.when.length === 0 ? [] : [{ change: `\`${id}\` without its \`when\``, to: [{ ...step, when: [] }] }]
  if (step.kind !== 'do' && step.kind !== 'read') return changes
  const { expect, ...without } = step
  if (expect !== undefined) changes.push({ change: `\`${id}\` without its \`expect\``, to: [without] })
  return step.kind === 'do' ? [...changes, ...changesOfDo(step)] : changes
}

function changesOfDo(step: DoStep): Changed[] {
  const { undo, ...without } = step
  const taken = undo === undefined ? [] : [{ change: `\`${step.id}\` without its \`undo\``, to: [without] }]
  const { premise, id, when, place } = step
  if (premise?.backTo === undefined) return taken
  const again: StepPlan = { kind: 'read', id: `${id}Again`, facts: [premise.fact], when, place, continueOn: ['done'] }
  return [...taken, { change: `\`${premise.fact}\` is read again right before \`${id}\``, to: [again, step] }]
}

/** Two acts that do not need each other, the other way round. */
function swapped(steps: readonly StepPlan[], at: number): Change[] {
  const [first, second] = [steps[at], steps[at + 1]]
  if (first?.kind !== 'do' || second?.kind !== 'do' || needs(second, first)) return []
  const change = `\`${second.id}\` before \`${first.id}\``
  return [{ change, place: second.place, steps: steps.toSpliced(at, 2, second, first) }]
}

function needs(second: DoStep, first: DoStep): boolean {
  const named = Object.values(second.with).some((operand) => rootsOf(operand).includes(first.id))
  return named || second.when.some(({ step }) => step === first.id)
}

function rootsOf(operand: Operand): string[] {
  if ('literal' in operand) return []
  if ('path' in operand) return operand.path.slice(0, 1)
  return operand.text.flatMap((part) => (typeof part === 'string' ? [] : part.path.slice(0, 1)))
}
