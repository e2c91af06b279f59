import type { Operand } from '../../../schemas/plan.ts'

/** Roots whose values the door knows for itself, at any point of a run. */
const CERTAIN = ['inputs', 'policy']

/** Whether an operand rests on nothing but what the door knows for itself. */
export function isCertain(operand: Operand, also: readonly string[] = []): boolean {
  if ('literal' in operand) return true
  const paths =
    'path' in operand ? [operand.path] : operand.text.filter((part) => typeof part !== 'string').map(({ path }) => path)
  return paths.every(([root = '']) => CERTAIN.includes(root) || also.includes(root))
}
