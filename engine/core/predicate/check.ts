import type { ValueType } from '../../../schemas/value-type.ts'
import { checkWord, problem, textOf } from './checker.ts'
import type { Checker, Findings, Typed } from './checker.ts'
import { describeType } from './describe.ts'
import { fieldType, rootType } from './follow.ts'
import type { Followed, Variables } from './follow.ts'
import { checkEquality, checkMembership, checkOrder, checkSum, checkWords } from './operators.ts'
import type { Pair } from './operators.ts'
import { LINEAGE } from './receipts.ts'
import type { Part, Quantified, Term } from './term.ts'

const BOOL: Typed = { type: { kind: 'bool' } }
const COUNT: Typed = { type: { kind: 'count' } }

/** Checks a predicate's tree against the types of its variables; every mistake is found, each once. */
export function checkTerm(term: Term, text: string, variables: Variables): Findings {
  const findings: Findings = { problems: [], uses: new Map(), emptiness: [] }
  needBool({ text, variables, locals: new Map(), findings }, term)
  if (findings.problems.length === 0 && ![...findings.uses.values()].some(([root]) => root !== 'policy')) {
    problem(findings, term, { kind: 'no-fact', message: 'this predicate names no fact: it always says the same' })
  }
  return findings
}

/** The type of a term whose value is used; undefined after a mistake, so that it is told once. */
function use(checker: Checker, term: Term): Typed | undefined {
  const typed = typeOf(checker, term)
  if (typed?.path !== undefined) noteUse(checker, typed.path)
  if (typed?.type.kind !== 'optional') return typed
  const name = textOf(checker, term)
  return problem(checker.findings, term, {
    kind: 'optional',
    message: `\`${name}\` may be absent: it cannot be used as it is`,
    help: `ask \`${name}.known\`, and use \`${name}.value\``,
  })
}

function noteUse(checker: Checker, path: readonly string[]): void {
  checker.findings.uses.set(path.join('.'), path)
}

function typeOf(checker: Checker, term: Term): Typed | undefined {
  switch (term.kind) {
    case 'name':
      return checker.locals.get(term.name) ?? nameOf(checker, term)
    case 'field':
      return fieldOf(checker, term)
    case 'literal':
      return { type: literalType(term.value), literal: term.value }
    case 'words':
      return problem(checker.findings, term, { kind: 'construct', message: 'a list can only stand behind `in`' })
    case 'not':
      return needBool(checker, term.of)
    case 'logic':
      needBool(checker, term.left)
      needBool(checker, term.right)
      return BOOL
    case 'equality':
    case 'order':
    case 'in':
      compared(checker, term)
      return BOOL
    case 'sum':
      return withPair(checker, term, (pair) => checkSum(checker, term, pair))
    case 'each':
      return quantified(checker, term)
    case 'size':
      return useList(checker, term.of) === undefined ? undefined : COUNT
    case 'total':
      return total(checker, term.of)
    case 'receipts':
      return receipts(checker, term)
  }
}

function compared(checker: Checker, term: Term & { kind: 'equality' | 'order' | 'in' }): void {
  if (term.kind === 'in' && term.right.kind === 'words') {
    const left = use(checker, term.left)
    if (left !== undefined) checkWords(checker, term, left)
    return
  }
  const check = { equality: checkEquality, order: checkOrder, in: checkMembership }[term.kind]
  withPair(checker, term, (pair) => {
    check(checker, term, pair)
    return undefined
  })
}

function withPair(
  checker: Checker,
  term: Pair,
  judge: (pair: readonly [Typed, Typed]) => Typed | undefined,
): Typed | undefined {
  const left = use(checker, term.left)
  const right = use(checker, term.right)
  return left === undefined || right === undefined ? undefined : judge([left, right])
}

function nameOf(checker: Checker, term: Term & { kind: 'name' }): Typed | undefined {
  const type = typeIn(checker, term, rootType(term.name, checker.variables))
  return type && atPath(type, [term.name])
}

function fieldOf(checker: Checker, term: Term & { kind: 'field' }): Typed | undefined {
  const object = typeOf(checker, term.of)
  if (object === undefined) return undefined
  const part = { start: term.end - term.field.length, end: term.end }
  const path = object.path === undefined ? undefined : [...object.path, term.field]
  const type = typeIn(checker, part, fieldType(object.type, term.field, textOf(checker, term.of)))
  return type && atPath(type, path)
}

function typeIn(checker: Checker, part: Part, followed: Followed): ValueType | undefined {
  return 'problem' in followed ? problem(checker.findings, part, followed.problem) : followed.type
}

/** A value at its place; a list knows the place of its items too. */
function atPath(type: ValueType, path: readonly string[] | undefined): Typed {
  if (path === undefined) return { type }
  return type.kind === 'list' ? { type, path, items: [...path, '[]'] } : { type, path }
}

function needBool(checker: Checker, term: Term): Typed | undefined {
  const typed = use(checker, term)
  if (typed === undefined || typed.type.kind === 'bool') return typed
  return problem(checker.findings, term, {
    kind: 'types',
    message: `\`${textOf(checker, term)}\` is ${describeType(typed.type)}, where true or false is needed`,
  })
}

function useList(checker: Checker, term: Term): (Typed & { type: { kind: 'list' } }) | undefined {
  const typed = use(checker, term)
  if (typed === undefined) return undefined
  if (typed.type.kind === 'list') return { ...typed, type: typed.type }
  return problem(checker.findings, term, {
    kind: 'types',
    message: `\`${textOf(checker, term)}\` is ${describeType(typed.type)}, where a list is needed`,
  })
}

function quantified(checker: Checker, term: Part & Quantified): Typed | undefined {
  const list = useList(checker, term.of)
  if (checker.locals.has(term.item) || Object.hasOwn(checker.variables, term.item)) {
    return problem(checker.findings, term.itemPart, {
      kind: 'construct',
      message: `\`${term.item}\` hides another name`,
    })
  }
  if (list === undefined) return undefined
  const item = atPath(list.type.item, list.items)
  const inner = { ...checker, locals: new Map([...checker.locals, [term.item, item]]) }
  if (term.verb === 'map') return mapped(use(inner, term.body))
  needBool(inner, term.body)
  return term.verb === 'filter' ? unplaced(list) : BOOL
}

/** A filtered list keeps its items' places, but is itself at no path. */
function unplaced({ type, items }: Typed): Typed {
  return items === undefined ? { type } : { type, items }
}

function mapped(body: Typed | undefined): Typed | undefined {
  if (body === undefined) return undefined
  const type: ValueType = { kind: 'list', item: body.type }
  return body.path === undefined ? { type } : { type, items: body.path }
}

function total(checker: Checker, term: Term): Typed | undefined {
  const list = useList(checker, term)
  if (list === undefined || list.type.item.kind === 'count') return list && COUNT
  return problem(checker.findings, term, {
    kind: 'types',
    message: `\`sum\` adds counts; the items here are not counts but ${describeType(list.type.item)}`,
  })
}

function receipts(checker: Checker, term: Term & { kind: 'receipts' }): Typed | undefined {
  const list = useList(checker, term.of)
  if (list === undefined) return undefined
  if (list.path?.join('.') !== 'run.effects') {
    return problem(checker.findings, term, { kind: 'construct', message: '`of` exists for `run.effects` only' })
  }
  const { effect } = term
  if (effect.kind !== 'literal' || typeof effect.value !== 'string') {
    return problem(checker.findings, effect, {
      kind: 'construct',
      message: '`of` takes the name of an effect, in quotes',
    })
  }
  const receipt = list.type.item
  if (receipt.kind === 'object' && receipt.fields['effect'] !== undefined)
    checkWord(checker, effect, receipt.fields['effect'])
  if (list.items !== undefined) noteUse(checker, [...list.items, LINEAGE])
  return unplaced(list)
}

function literalType(value: boolean | bigint | number | string): ValueType {
  if (typeof value === 'boolean') return { kind: 'bool' }
  if (typeof value === 'string') return { kind: 'text' }
  return { kind: typeof value === 'bigint' ? 'count' : 'ratio' }
}
