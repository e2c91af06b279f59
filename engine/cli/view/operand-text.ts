import type { Condition, Operand, Operands } from '../../../schemas/plan.ts'

/** The inputs of an action as an author would write them. */
export function operandsText(operands: Operands): string {
  return Object.entries(operands)
    .map(([name, operand]) => `${name}: ${operandText(operand)}`)
    .join(', ')
}

/** Where one value comes from. */
export function operandText(operand: Operand): string {
  if ('path' in operand) return operand.path.join('.')
  if ('literal' in operand) return JSON.stringify(operand.literal)
  return JSON.stringify(
    operand.text.map((part) => (typeof part === 'string' ? part : `{{${part.path.join('.')}}}`)).join(''),
  )
}

/** When a step or an outcome is reached. */
export function conditionText(when: Condition): string {
  return when.map(({ step, results }) => `${step} is ${results.join(' or ')}`).join(' and ')
}
