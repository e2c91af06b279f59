import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Operand, Operands } from '../../schemas/plan.ts'
import { pathType } from './predicate/follow.ts'
import { readable } from './readable.ts'
import { lookUp } from './scope.ts'
import type { Looked, Scope } from './scope.ts'

/** Inputs with every reference resolved, or the first reason why one of them cannot be. */
export type Resolved = { readonly input: JsonObject } | { readonly unknown: string }

/** Resolves all operands of a step, a fact or a claim. */
export function resolveOperands(operands: Operands, scope: Scope): Resolved {
  const input: Record<string, Json> = {}
  for (const [name, operand] of Object.entries(operands)) {
    const looked = resolveOperand(operand, scope)
    if ('unknown' in looked) return { unknown: `\`${name}\` needs a value that is unknown: ${looked.unknown}` }
    input[name] = looked.value
  }
  return { input }
}

/** Resolves one operand; a single path keeps its type, text is joined. */
export function resolveOperand(operand: Operand, scope: Scope): Looked {
  if ('literal' in operand) return { value: operand.literal }
  if ('path' in operand) return lookUp(operand.path, scope)
  return { value: operand.text.map((part) => (typeof part === 'string' ? part : shown(part.path, scope))).join('') }
}

/** A text for people; only where it is nothing but a value that is unknown, nobody can say it. */
export function readableText(operand: Operand, scope: Scope): { readonly text: string } | { readonly unknown: string } {
  const looked = resolveOperand(operand, scope)
  if ('unknown' in looked) return looked
  return { text: 'path' in operand ? shown(operand.path, scope) : textOf(looked.value) }
}

/** A value as it stands in a text. */
export function textOf(value: Json): string {
  return readable(value, undefined)
}

function shown(path: readonly string[], scope: Scope): string {
  const looked = lookUp(path, scope)
  if ('unknown' in looked) return `(unknown: ${path.join('.')})`
  const type = pathType(path, scope.types)
  return readable(looked.value, 'type' in type ? type.type : undefined)
}
