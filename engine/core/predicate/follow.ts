import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType } from './describe.ts'
import type { PredicateProblem } from './term.ts'

/** The type behind one field, or what is wrong with asking for it. */
export type Followed = { readonly type: ValueType } | { readonly problem: Omit<PredicateProblem, 'start' | 'end'> }

/** Types by the name of their root: facts, steps, `inputs`, `policy`, `run`, `target`. */
export type Variables = Readonly<Record<string, ValueType>>

/** The type of a root. */
export function rootType(name: string, variables: Variables): Followed {
  const type = own(variables, name)
  if (type !== undefined) return { type }
  return unknown('unknown-name', `nothing is named \`${name}\` here`, { name, candidates: Object.keys(variables) })
}

/** The type of a field of a value of this type; an optional value has `.known` and `.value` and nothing else. */
export function fieldType(type: ValueType, field: string, text: string): Followed {
  if (type.kind === 'optional') return optionalField(type.inner, field, text)
  if (type.kind !== 'object') {
    return {
      problem: { kind: 'unknown-field', message: `\`${text}\` is ${describeType(type)}: it has no field \`${field}\`` },
    }
  }
  const found = own(type.fields, field)
  if (found !== undefined) return { type: found }
  return unknown('unknown-field', `\`${text}\` has no field \`${field}\``, {
    name: field,
    candidates: Object.keys(type.fields).filter((name) => /^\w+$/.test(name)),
  })
}

/** The type of a whole path, such as `["owner","epoch"]`. */
export function pathType(path: readonly string[], variables: Variables): Followed {
  const [root = '', ...fields] = path
  let reached = rootType(root, variables)
  fields.forEach((field, at) => {
    if ('type' in reached) reached = fieldType(reached.type, field, path.slice(0, at + 1).join('.'))
  })
  return reached
}

function optionalField(inner: ValueType, field: string, text: string): Followed {
  if (field === 'known') return { type: { kind: 'bool' } }
  if (field === 'value') return { type: inner }
  return {
    problem: {
      kind: 'optional',
      message: `\`${text}\` may be absent: it has no field \`${field}\``,
      help: `ask \`${text}.known\`, and use \`${text}.value\``,
    },
  }
}

function unknown(
  kind: 'unknown-name' | 'unknown-field',
  message: string,
  misspelt: { name: string; candidates: string[] },
): Followed {
  return { problem: { kind, message, misspelt } }
}

function own(record: Readonly<Record<string, ValueType>>, name: string): ValueType | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
