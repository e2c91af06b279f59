import type { Operand } from '../../../schemas/plan.ts'

/** Whether a text may be what an operand reads as, whatever the values are that its paths stand for. */
export function mayRead(operand: Operand, text: string): boolean {
  if ('path' in operand) return true
  if ('literal' in operand)
    return text === (typeof operand.literal === 'string' ? operand.literal : JSON.stringify(operand.literal))
  const [first] = operand.text
  const last = operand.text.at(-1)
  const around =
    (typeof first !== 'string' || text.startsWith(first)) && (typeof last !== 'string' || text.endsWith(last))
  return (
    around &&
    inOrder(
      operand.text.filter((part) => typeof part === 'string'),
      text,
    )
  )
}

/** Whether these stand in a text one behind another. */
function inOrder(parts: readonly string[], text: string): boolean {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at < 0) return false
    from = at + part.length
  }
  return true
}
