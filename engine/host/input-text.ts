import type { Json } from '../../schemas/json.ts'
import type { ValueType } from '../../schemas/value-type.ts'
import { literalOf } from '../language/literals.ts'

/**
 * The value of an input that was given as text, on a command line or in a label; undefined where the text is none.
 * Beyond the literals of a runbook, a person may name a position, an epoch or a version.
 */
export function valueOf(text: string, type: ValueType): Json | undefined {
  if (type.kind === 'optional') return valueOf(text, type.inner)
  if (type.kind === 'epoch' || type.kind === 'sequence') return literalOf(text, { kind: 'count' })
  if (type.kind === 'version') return text
  return literalOf(text, type)
}
