import type { Operand, Operands, Predicate, StepPlan } from '../../../schemas/plan.ts'

type Path = readonly string[]

/** Every path that a step names, those of the steps in a block among them. */
export function pathsOf(step: StepPlan): readonly Path[] {
  return [...(step.forEach ? [step.forEach.list] : []), ...ownPaths(step)]
}

function ownPaths(step: StepPlan): readonly Path[] {
  switch (step.kind) {
    case 'read':
      return usesOf(step.expect?.predicate)
    case 'decide':
      return step.cases.flatMap(({ predicate }) => usesOf(predicate))
    case 'do':
      return [
        ...usesOf(step.expect?.predicate),
        ...pathsInAll(step.with),
        ...pathsInAll(step.undo?.with),
        ...(step.hold ?? []),
      ]
    case 'approve':
      return pathsIn(step.text)
    case 'ask':
      return [
        ...pathsIn(step.text),
        ...step.choices.flatMap(({ effects }) => effects.flatMap(({ target }) => pathsInAll(target))),
      ]
    case 'call':
      return pathsInAll(step.with)
    case 'block':
      return step.steps.flatMap(pathsOf)
  }
}

function usesOf(predicate: Predicate | undefined): readonly Path[] {
  return predicate?.uses ?? []
}

function pathsInAll(operands: Operands = {}): readonly Path[] {
  return Object.values(operands).flatMap(pathsIn)
}

function pathsIn(operand: Operand): readonly Path[] {
  if ('path' in operand) return [operand.path]
  if ('literal' in operand) return []
  return operand.text.flatMap((part) => (typeof part === 'string' ? [] : [part.path]))
}
