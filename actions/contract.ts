import { createHash } from 'node:crypto'
import { canonical } from '../schemas/canonical.ts'
import type { z } from 'zod'
import type { ActionContract, Contract, ReadingContract } from '../schemas/contract.ts'
import type { ObjectType } from '../schemas/value-type.ts'
import { objectTypeOf } from './type-of.ts'

interface Common {
  readonly name: string
  readonly summary: string
  readonly timeoutMs: number
  readonly input: z.ZodObject
  readonly output: z.ZodObject
}

/** A reading as its contract needs it: with or without the function that takes it. */
export interface DescribedReading extends Common, Pick<ReadingContract, 'kind' | 'authority'> {}

/** An action as its contract needs it: with or without the functions that carry it out. */
export interface DescribedAction extends Common, Pick<ActionContract, 'kind' | 'effects'> {
  readonly premise?: ActionContract['premise']
}

type Described = DescribedReading | DescribedAction

/** What the outside knows of an action or reading. Throws where a field is of no type of the language. */
export function contractOf(described: DescribedReading): ReadingContract
export function contractOf(described: DescribedAction): ActionContract
export function contractOf(described: Described): Contract
export function contractOf(definition: Described): Contract {
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
  const digest = digests.get(contract) ?? `sha256:${createHash('sha256').update(canonical(contract)).digest('hex')}`
  digests.set(contract, digest)
  return digest
}

/** A contract never changes, and each pass of the door compares two. */
const digests = new WeakMap<Contract, string>()

function typeOf(definition: Described, side: 'input' | 'output'): ObjectType {
  try {
    return objectTypeOf(definition[side], side)
  } catch (cause) {
    throw new TypeError(`the ${side} of \`${definition.name}\`: ${(cause as Error).message}`, { cause })
  }
}
