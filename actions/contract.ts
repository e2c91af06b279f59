import { createHash } from 'node:crypto'
import { canonical } from '../schemas/canonical.ts'
import type { Contract } from '../schemas/contract.ts'
import type { ObjectType } from '../schemas/value-type.ts'
import type { AnyDefinition } from './define.ts'
import { objectTypeOf } from './type-of.ts'

/** What the outside knows of an action or reading. Throws where a field is of no type of the language. */
export function contractOf(definition: AnyDefinition): Contract {
  const { name, summary, timeoutMs } = definition
  const input = typeOf(definition, 'input')
  const output = typeOf(definition, 'output')
  const frame = { name, summary, input, output, timeoutMs }
  if (definition.kind === 'reading') return { kind: 'reading', ...frame, authority: definition.authority }
  const { effects, premise } = definition
  return { kind: 'action', ...frame, effects, ...(premise && { premise }) }
}

/** The digest by which a Plan freezes a contract: SHA-256 over its canonical JSON. */
export function contractDigest(contract: Contract): string {
  return `sha256:${createHash('sha256').update(canonical(contract)).digest('hex')}`
}

function typeOf(definition: AnyDefinition, side: 'input' | 'output'): ObjectType {
  try {
    return objectTypeOf(definition[side], side)
  } catch (cause) {
    throw new TypeError(`the ${side} of \`${definition.name}\`: ${(cause as Error).message}`, { cause })
  }
}
