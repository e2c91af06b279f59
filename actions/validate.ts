import type { z } from 'zod'
import type { JsonObject } from '../schemas/json.ts'
import type { AnyDefinition } from './define.ts'

/** Thrown where a value is not what the contract says. The message names fields and types, never values. */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation'
}

/** The input as the action takes it. Throws `ContractViolation` with every field that is wrong. */
export function parseInput(definition: AnyDefinition, input: unknown): JsonObject {
  return parse(definition.input, input, `input of \`${definition.name}\``)
}

/** The output as the contract promises it. Throws `ContractViolation` with every field that is wrong. */
export function parseOutput(definition: AnyDefinition, output: unknown): JsonObject {
  return parse(definition.output, output, `output of \`${definition.name}\``)
}

function parse(schema: z.ZodObject, value: unknown, what: string): JsonObject {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data as JsonObject
  throw new ContractViolation(`${what}: ${result.error.issues.map(describe).join('; ')}`)
}

/** Our words for the two mistakes that zod words worst; otherwise its own, which name types only. */
function describe(issue: z.core.$ZodIssue): string {
  const where = issue.path.map((part, at) =>
    typeof part === 'number' ? `[${part}]` : `${at ? '.' : ''}${String(part)}`,
  )
  const field = where.length === 0 ? 'it' : `\`${where.join('')}\``
  if (issue.code === 'unrecognized_keys')
    return `${field} has no field ${issue.keys.map((key) => `\`${key}\``).join(', ')}`
  if (issue.code === 'invalid_type' && issue.input === undefined) return `${field} is required`
  return `${field}: ${issue.message.replace(/^Invalid [a-z]+: /, '')}`
}
