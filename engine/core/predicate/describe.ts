import type { ValueType } from '../../../schemas/value-type.ts'

/** A type in the words of a reader, with its article: `a digest`, `a time of the clock database`. */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case 'time':
      return `a time of the clock \`${type.clock}\``
    case 'id':
      return `the id of ${article(type.of)} ${type.of}`
    case 'enum':
      return `a word of \`${type.of}\``
    case 'optional':
      return `an optional value (${describeType(type.inner)})`
    case 'list':
      return 'a list'
    case 'object':
      return 'an object with fields'
    case 'bool':
      return 'true or false'
    case 'text':
      return 'text'
    case 'secretRef':
      return 'a reference to a secret'
    case 'count':
    case 'ratio':
    case 'duration':
    case 'digest':
    case 'epoch':
    case 'version':
    case 'sequence':
      return `${article(type.kind)} ${type.kind}`
  }
}

/** Are two values of these types of one kind, so that they can be compared or put in each other's place? */
export function sameType(a: ValueType, b: ValueType): boolean {
  if (a.kind === 'time' && b.kind === 'time') return a.clock === b.clock
  if ((a.kind === 'id' && b.kind === 'id') || (a.kind === 'enum' && b.kind === 'enum')) return a.of === b.of
  if (a.kind === 'list' && b.kind === 'list') return sameType(a.item, b.item)
  if (a.kind === 'optional' && b.kind === 'optional') return sameType(a.inner, b.inner)
  return a.kind === b.kind && a.kind !== 'object'
}

function article(word: string): 'a' | 'an' {
  return /^[aeiou]/.test(word) ? 'an' : 'a'
}
