import type { FactPlan, Predicate, RulePlan } from '../../../schemas/plan.ts'
import type { Lines } from '../../diagnostics/place.ts'
import { readFacts, underUsed } from '../compile/facts.ts'
import type { FactDraft } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import { misdeclared, namesIn } from '../misdeclared.ts'
import { readRole } from '../runbook/head.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, readOneOf, readPlain, readWord } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { compileCheck } from './compile-check.ts'
import type { CheckBench, CompiledCheck } from './compile-check.ts'
import { OVERRIDABLE_KEYS, RULES_FILE_KEYS, RULE_KEYS } from './keys.ts'
import type { Rule } from './rule.ts'

/** What rules are compiled against. */
export interface RuleBench {
  readonly world: World
  readonly report: Report
  readonly lines: Lines
}

/** Compiles one file of rules. */
export function compileRules(node: Node, bench: RuleBench): Rule[] {
  const fields = readFields(node, RULES_FILE_KEYS, bench.report)
  const list = fields?.['rules'] && asList(fields['rules'], '`rules`', bench.report)
  return (list?.items ?? []).flatMap((item) => compileRule(item, bench) ?? [])
}

function compileRule(node: Node, bench: RuleBench): Rule | undefined {
  const { report } = bench
  const fields = readFields(node, RULE_KEYS, report)
  const id = fields?.['id'] && readWord(fields['id'], 'the id of a rule', report)
  if (id === undefined) report.nameless = true
  if (fields === undefined || id === undefined) return undefined
  checkId(id, 'the id of a rule', report)
  if (fields['facts'] && asMap(fields['facts'], '`facts`', report) === undefined) return void report.broken.add(id.text)
  const drafts = asUsed(readFacts(fields['facts'], { world: bench.world, report, rule: true }), fields, bench)
  const overriding = readOverridable(fields['overridable'], bench)
  const before = report.found.length
  const checks = compileChecks(fields['checks'], { ...bench, drafts, overriding: overriding?.when })
  // Under a misspelt key stands what is meant.
  const unclear = report.found.slice(before).some(({ code }) => code !== 'RB0101')
  const overridable = overridableOf(overriding, checks, report)
  tellUnused(drafts, checks, report)
  const text = (key: string) => (fields[key] && readPlain(fields[key], `\`${key}\``, report))?.text ?? ''
  const plan: RulePlan = {
    id: id.text,
    text: text('text'),
    source: text('source'),
    facts: factsOf(checks),
    checks: checks.map(({ plan: check }) => check),
    overridable,
    next: text('next'),
  }
  return { plan, span: id.span, policy: policyOf(checks), unclear }
}

/** A fact that no check uses, with a name that is a near miss of one that they use and nobody declares, is that one. */
function asUsed(drafts: readonly FactDraft[], { facts, checks, overridable }: Fields, bench: RuleBench): FactDraft[] {
  const declared = drafts.map(({ name }) => name)
  const uses = [facts, checks, overridable].flatMap(namesIn)
  const others = [...bench.world.contracts.keys(), ...bench.world.effects.byName.keys()].map(
    (name) => name.split('.')[0],
  )
  const known = new Set([...declared, ...Object.keys(bench.world.roots), 'target', ...others])
  // The name of an item in a predicate may be a single letter.
  const strange = [...new Set(uses)].filter(
    (name) => name.length > 2 && !known.has(name) && !bench.report.excuses(name),
  )
  const instead = misdeclared({ declared, uses, strange })
  for (const { name, span } of drafts) {
    const used = instead.get(name)
    if (used === undefined) continue
    bench.report.error('RB0218', span, {
      message: `no check uses the fact \`${name}\``,
      help: `did you mean \`${used}\`?`,
    })
  }
  return underUsed(drafts, instead)
}

interface Overriding {
  readonly when: Node
  readonly who: string
}

/** `never`, or who may override where a condition holds: a decision of a second person, on the record (G26). */
function readOverridable(node: Node | undefined, { world, report }: RuleBench): Overriding | undefined {
  if (node === undefined) return undefined
  if (node.kind === 'scalar') {
    readOneOf(node, ['never'], { what: '`overridable`', report })
    return undefined
  }
  const fields = readFields(node, OVERRIDABLE_KEYS, report)
  const who = fields?.['who'] && readRole(fields['who'], { world, report })
  return fields?.['when'] && { when: fields['when'], who: who ?? '' }
}

/** The condition reads the same whatever is guarded: each check was compiled with it. */
function overridableOf(
  overriding: Overriding | undefined,
  checks: readonly CompiledCheck[],
  report: Report,
): RulePlan['overridable'] {
  if (overriding === undefined) return 'never'
  const when = checks.find((check) => check.overriding !== undefined)?.overriding
  if (when !== undefined) return { when, who: overriding.who }
  if (!report.failed)
    report.error('RB0243', startOf(overriding.when), {
      message: 'every check of this rule is settled before a run begins: there is nothing to override',
      help: 'write `overridable: never`',
    })
  return 'never'
}

function compileChecks(node: Node | undefined, bench: CheckBench): CompiledCheck[] {
  const list = node && asList(node, '`checks`', bench.report)
  if (list?.items.length === 0)
    bench.report.error('RB0102', startOf(list), 'a rule without a check exists only as prose')
  return (list?.items ?? []).flatMap((item) => compileCheck(item, bench) ?? [])
}

function factsOf(checks: readonly CompiledCheck[]): Record<string, FactPlan> {
  return Object.fromEntries(checks.flatMap(({ facts }) => [...facts]).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A fact that no check asks for would only be read for nothing. Where a check is broken, nobody can tell. */
function tellUnused(drafts: readonly FactDraft[], checks: readonly CompiledCheck[], report: Report): void {
  if (report.failed) return
  const used = new Set(checks.flatMap(({ facts }) => [...facts.keys()]))
  for (const { name, span } of drafts) {
    if (!used.has(name))
      report.error('RB0218', span, { message: `no check uses the fact \`${name}\``, help: 'drop it' })
  }
}

function policyOf(checks: readonly CompiledCheck[]): Set<string> {
  const uses = checks.flatMap(predicatesOf).flatMap((predicate) => predicate.uses)
  const named = uses.flatMap(([root, name]) => (root === 'policy' && name !== undefined ? [name] : []))
  return new Set([...named, ...checks.flatMap(({ policy }) => policy ?? [])])
}

function predicatesOf({ plan, overriding }: CompiledCheck): readonly Predicate[] {
  const required = plan.form === 'require' || plan.form === 'during' ? plan.require : []
  return overriding === undefined ? required : [...required, overriding]
}
