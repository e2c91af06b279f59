import type { Operand } from '../../../schemas/plan.ts'

/** Roots whose values the door knows for itself, at any point of a run. */
const CERTAIN = ['inputs', 'policy']

/** Whether an operand rests on nothing but what the door knows for itself. */
export function isCertain(operand: Operand): boolean {
  return pathsOf(operand).every(([root = '']) => CERTAIN.includes(root))
}

/** The paths that an operand names. */
export function pathsOf(operand: Operand): (readonly string[])[] {
  if ('literal' in operand) return []
  return 'path' in operand
    ? [operand.path]
    : operand.text.flatMap((part) => (typeof part === 'string' ? [] : [part.path]))
}
