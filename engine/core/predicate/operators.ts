import type { ValueType } from '../../../schemas/value-type.ts'
import { checkWord, problem, textOf } from './checker.ts'
import type { Checker, Typed } from './checker.ts'
import { describeType, sameType } from './describe.ts'
import type { Term } from './term.ts'

/** Two terms with an operator between them. */
export type Pair = Term & { readonly left: Term; readonly right: Term; readonly op: string }

type Types = readonly [Typed, Typed]

const EQUALITY: ReadonlySet<ValueType['kind']> = new Set([
  'bool',
  'text',
  'count',
  'digest',
  'epoch',
  'version',
  'sequence',
  'id',
  'enum',
])
const ORDER: ReadonlySet<ValueType['kind']> = new Set(['count', 'ratio', 'duration', 'time', 'epoch', 'sequence'])

/** `==` and `!=`: two values of one type, or a word of an enum. */
export function checkEquality(checker: Checker, term: Pair, pair: Types): void {
  noteEmptiness(checker, term)
  if (wordAgainstEnum(checker, term, pair)) return
  comparable(checker, term, { pair, kinds: EQUALITY, verb: 'compared with `==`' })
}

/** `<`, `<=`, `>`, `>=`: two values of one ordered type. */
export function checkOrder(checker: Checker, term: Pair, pair: Types): void {
  noteEmptiness(checker, term)
  comparable(checker, term, { pair, kinds: ORDER, verb: 'ordered' })
}

/** `in` a list: a value against values of its type. */
export function checkMembership(checker: Checker, term: Pair, [left, right]: Types): void {
  if (right.type.kind === 'list' && sameType(left.type, right.type.item) && EQUALITY.has(left.type.kind)) return
  mismatch(checker, term, { pair: [left, right], verb: 'a member of the other' })
}

/** `in` a list of words in quotes: a word of an enum, or text. */
export function checkWords(checker: Checker, term: Pair, left: Typed): void {
  if (term.right.kind !== 'words') return
  if (term.right.items.length === 0)
    problem(checker.findings, term.right, {
      kind: 'construct',
      message: 'nothing is in an empty list: this is never true',
    })
  for (const item of term.right.items) {
    if (item.kind !== 'literal' || typeof item.value !== 'string') {
      problem(checker.findings, item, { kind: 'construct', message: 'a list behind `in` holds words in quotes only' })
    } else if (left.type.kind === 'enum') checkWord(checker, item, left.type)
    else if (left.type.kind !== 'text')
      return mismatch(checker, term, { pair: [left, { type: { kind: 'text' } }], verb: 'one of these' })
  }
}

/** `+` and `-`: counts; a sequence and 1; the time between two times of one clock. */
export function checkSum(checker: Checker, term: Pair, pair: Types): Typed | undefined {
  const [left, right] = pair
  if (left.type.kind === 'sequence' && term.op === '+' && right.literal === 1n) return { type: left.type }
  if (left.type.kind === 'time' && term.op === '-' && sameType(left.type, right.type))
    return { type: { kind: 'duration' } }
  if (left.type.kind === 'count' && right.type.kind === 'count')
    return smallNumbers(checker, term) ? { type: { kind: 'count' } } : undefined
  return mismatch(checker, term, { pair, verb: term.op === '+' ? 'added' : 'subtracted' })
}

interface Comparison {
  readonly pair: Types
  readonly kinds?: ReadonlySet<ValueType['kind']>
  readonly verb: string
}

function comparable(checker: Checker, term: Pair, comparison: Comparison): void {
  const [left, right] = comparison.pair
  if (numberAgainst(checker, term, comparison.pair)) return
  if (!sameType(left.type, right.type)) return mismatch(checker, term, comparison)
  if (comparison.kinds?.has(left.type.kind) === true) {
    smallNumbers(checker, term)
    return
  }
  problem(checker.findings, term, {
    kind: 'types',
    message: `${describeType(left.type)} cannot be ${comparison.verb}`,
    label: ORDER.has(left.type.kind)
      ? 'it has an order: use `<`, `<=`, `>` or `>=`'
      : `there is no \`${term.op}\` for it`,
  })
}

/** A ratio or a duration only meets a named value: numbers that tip a decision have a name, a unit and a source. */
function numberAgainst(checker: Checker, term: Pair, [left, right]: Types): boolean {
  const at = [left, right].findIndex((typed) => typeof typed.literal === 'number' || typeof typed.literal === 'bigint')
  const other = at === 0 ? right : left
  if (at < 0 || (other.type.kind !== 'ratio' && other.type.kind !== 'duration')) return false
  nameIt(checker, at === 0 ? term.left : term.right)
  return true
}

/** Counts may be compared with 0 and 1; every other number is a decision and has a name. */
function smallNumbers(checker: Checker, term: Pair): boolean {
  const big = [term.left, term.right].filter(
    (side) =>
      side.kind === 'literal' &&
      (typeof side.value === 'number' || (typeof side.value === 'bigint' && side.value > 1n)),
  )
  for (const side of big) nameIt(checker, side)
  return big.length === 0
}

function nameIt(checker: Checker, term: Term): void {
  problem(checker.findings, term, {
    kind: 'number',
    message: `the number \`${textOf(checker, term)}\` tips a decision and has no name`,
    help: 'give it a name, a unit and a source in policy.yaml, and write `policy.<name>`',
  })
}

function wordAgainstEnum(checker: Checker, term: Pair, [left, right]: Types): boolean {
  if (left.type.kind === 'enum' && typeof right.literal === 'string') checkWord(checker, term.right, left.type)
  else if (right.type.kind === 'enum' && typeof left.literal === 'string') checkWord(checker, term.left, right.type)
  else return false
  return true
}

function mismatch(checker: Checker, term: Pair, { pair: [left, right], verb }: Comparison): undefined {
  problem(checker.findings, term, {
    kind: 'types',
    message: `${describeType(left.type)} and ${describeType(right.type)} cannot be ${verb}`,
    label: `\`${textOf(checker, term.left)}\` is ${describeType(left.type)}, \`${textOf(checker, term.right)}\` is ${describeType(right.type)}`,
  })
}

/** `x.size() == 0` and its like: true only where an empty list is a value. */
function noteEmptiness(checker: Checker, term: Pair): void {
  const [list, number, op] =
    term.left.kind === 'size' ? [term.left, term.right, term.op] : [term.right, term.left, flipped(term.op)]
  if (list.kind !== 'size' || number.kind !== 'literal') return
  const asks = (number.value === 0n && ['==', '<='].includes(op)) || (number.value === 1n && op === '<')
  const path = asks ? pathOf(list.of) : undefined
  if (path !== undefined) checker.findings.emptiness.push({ path, part: { start: term.start, end: term.end } })
}

function flipped(op: string): string {
  return op.startsWith('<') ? op.replace('<', '>') : op.replace('>', '<')
}

function pathOf(term: Term): readonly string[] | undefined {
  if (term.kind === 'name') return [term.name]
  if (term.kind !== 'field') return undefined
  const of = pathOf(term.of)
  return of === undefined ? undefined : [...of, term.field]
}
