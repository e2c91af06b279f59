import type { z } from 'zod'
import { didYouMean } from '../diagnostics/suggest.ts'

/** One thing that is wrong with a configuration: where, in our words, and what was meant. */
export interface Misfit {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly hint?: string
}

/** A value that fits the schema, or everything that does not. What was written instead is never repeated: it may be a secret. */
export function fitted<T>(
  schema: z.ZodType<T>,
  value: unknown,
): { readonly value: T } | { readonly misfits: readonly Misfit[] } {
  const known = new Map<string, readonly string[]>()
  const parsed = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') known.set(issue.keys.join(), keysOf(issue.inst))
      return wordsOf(issue)
    },
  })
  if (parsed.success) return { value: parsed.data }
  return { misfits: parsed.error.issues.flatMap((issue) => misfitsOf(issue, known)) }
}

function misfitsOf(issue: z.core.$ZodIssue, known: ReadonlyMap<string, readonly string[]>): Misfit[] {
  if (issue.code !== 'unrecognized_keys')
    return [{ path: issue.path, message: `${nameOf(issue.path)} ${issue.message}` }]
  const candidates = known.get(issue.keys.join()) ?? []
  return issue.keys.map((key) => {
    const hint = didYouMean(key, candidates)
    const under = issue.path.length === 0 ? '' : ` under ${nameOf(issue.path)}`
    return {
      path: [...issue.path, key],
      message: `there is no key \`${key}\`${under}`,
      ...(hint === undefined ? {} : { hint }),
    }
  })
}

function nameOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'the file' : `\`${path.map(String).join('.')}\``
}

function wordsOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${kindOf(issue.expected)}`
    case 'invalid_value':
      return `must be one of ${issue.values.map((word) => `\`${String(word)}\``).join(', ')}`
    case 'invalid_format':
      return `must be ${formOf(issue.format)}`
    case 'too_small':
    case 'too_big':
      return sizeOf(issue)
    default:
      return 'cannot be read'
  }
}

const KINDS: Readonly<Record<string, string>> = {
  object: 'a map (`key: value`)',
  record: 'a map (`key: value`)',
  array: 'a list (`[a, b]`)',
  string: 'a text',
  boolean: '`true` or `false`',
  int: 'a whole number',
  number: 'a number',
}

function kindOf(expected: string): string {
  return KINDS[expected] ?? expected
}

function formOf(format: string): string {
  return format === 'url' ? 'a URL that begins with `http://` or `https://`' : `written as ${format}`
}

function sizeOf(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const [word, bound] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum]
  if (issue.origin === 'string' && bound === 1) return 'must not be empty'
  if (issue.origin === 'array' || issue.origin === 'set')
    return `must have at ${word} ${bound} ${bound === 1 ? 'item' : 'items'}`
  return `must be at ${word} ${bound}`
}

function keysOf(instance: unknown): readonly string[] {
  const shape = (instance as { readonly shape?: object } | undefined)?.shape
  return shape === undefined ? [] : Object.keys(shape)
}
