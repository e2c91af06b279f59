import type { Each, FactPlan, Predicate } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType } from '../../core/cel.ts'
import { rootsUsed } from '../compile/bench.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileFacts, emptyFacts, factReadings, factTypes } from '../compile/facts.ts'
import type { Fact, FactDraft } from '../compile/facts.ts'
import { idOf, namesResource } from '../compile/hold.ts'
import { typeAt } from '../compile/path.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { RuleBench } from './compile-rules.ts'

/** What of a check is written as expressions, before anybody knows the target. */
export interface Expressions {
  readonly require: readonly Node[]
  readonly each: { readonly item: Word; readonly list: Use } | undefined
  readonly hold: readonly Use[]
  /** The condition under which the rule may be overridden. */
  readonly overriding: Node | undefined
}

/** The same for one target, with the facts that it needs. */
export interface Bound {
  readonly require: readonly Predicate[]
  readonly each: Each | undefined
  readonly hold: readonly (readonly string[])[]
  readonly overriding: Predicate | undefined
  readonly facts: ReadonlyMap<string, FactPlan>
}

/** Compiles the expressions of a check for one target. */
export function compileExpressions(
  { require, each, hold, overriding }: Expressions,
  target: Readonly<Record<string, ValueType>>,
  { drafts, ...at }: RuleBench & { readonly drafts: readonly FactDraft[] },
): Bound {
  const bench = benchFor(target, drafts, at)
  const list = each && compileEach(each, bench)
  // Where the list is wrong, nobody knows what its item is: that is told once.
  const inside = each === undefined ? bench : list && withItem(list, bench)
  const predicates = inside === undefined ? [] : require.flatMap((node) => compilePredicate(node, inside) ?? [])
  const condition = overriding && inside && compilePredicate(overriding, inside, 'the condition of `overridable`')
  const held = hold.filter((use) => namesResource(use, bench))
  const uses = [...predicates, ...(condition ? [condition] : [])].flatMap((compiled) => compiled.uses)
  const facts = factsFor([...uses, ...held, ...(each ? [each.list] : [])], drafts, bench)
  return {
    require: predicates.map(({ predicate }) => predicate),
    each: list,
    hold: held.map(({ path }) => path),
    overriding: condition?.predicate,
    facts: new Map([...facts].map(([name, { plan }]) => [name, plan])),
  }
}

function benchFor(
  fields: Readonly<Record<string, ValueType>>,
  drafts: readonly FactDraft[],
  { world, report, lines }: RuleBench,
): Bench {
  return {
    report,
    world,
    lines,
    variables: { ...world.roots, target: { kind: 'object', fields }, ...factTypes(drafts) },
    readings: factReadings(drafts),
    fill: { root: 'target', fields },
    mayBeEmpty: emptyFacts(drafts),
  }
}

function withItem({ item, itemType }: Each, bench: Bench): Bench {
  return { ...bench, variables: { ...bench.variables, [item]: itemType } }
}

/** Every item has a verdict, and an override, of its own: by its id. */
function compileEach({ item, list }: NonNullable<Expressions['each']>, bench: Bench): Each | undefined {
  if (Object.hasOwn(bench.variables, item.text))
    return bench.report.error('RB0106', item.span, {
      message: `\`${item.text}\` hides another name`,
      help: 'choose another name for the item',
    })
  const type = typeAt(list, bench)
  if (type === undefined) return undefined
  if (type.kind === 'list' && idOf(type.item) !== undefined)
    return { item: item.text, list: list.path, itemType: type.item }
  return bench.report.error('RB0240', list.span, {
    message: `\`${list.path.join('.')}\` is ${describeType(type)}${type.kind === 'list' ? ' whose items have no id' : ''}`,
    help: 'each item has a verdict of its own, named by its `id`: take a list of objects with a field `id` that is an id',
  })
}

/** Only the facts that this check uses are bound to its effects: another check of the rule may have another target. */
function factsFor(uses: readonly Use[], drafts: readonly FactDraft[], bench: Bench): Map<string, Fact> {
  const silent: Bench = { ...bench, report: new Report() }
  const dependencies = compileFacts(drafts, silent)
  const wanted = new Set<string>()
  const add = (name: string) => {
    if (wanted.has(name) || !dependencies.has(name)) return
    wanted.add(name)
    dependencies.get(name)?.plan.after.forEach(add)
  }
  rootsUsed(uses).forEach(add)
  return compileFacts(
    drafts.filter(({ name }) => wanted.has(name)),
    bench,
  )
}
