import type { Lines } from '../../diagnostics/place.ts'
import type { CheckPlan, FactPlan, RulePlan } from '../../../schemas/plan.ts'
import { readFacts } from '../compile/facts.ts'
import type { FactDraft } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import { asList, readFields, startOf } from '../shape/fields.ts'
import { checkId, readText, readWord } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { compileCheck } from './compile-check.ts'
import type { CompiledCheck } from './compile-check.ts'
import type { Rule } from './rule.ts'

/** What rules are compiled against. */
export interface RuleBench {
  readonly world: World
  readonly report: Report
  readonly lines: Lines
}

/** Compiles one file of rules. */
export function compileRules(node: Node, bench: RuleBench): Rule[] {
  const fields = readFields(node, { what: 'a rules file', required: ['rules'] }, bench.report)
  const list = fields?.['rules'] && asList(fields['rules'], '`rules`', bench.report)
  return (list?.items ?? []).flatMap((item) => compileRule(item, bench) ?? [])
}

const KEYS = {
  what: 'a rule',
  required: ['id', 'text', 'source', 'checks', 'overridable', 'next'],
  optional: ['facts'],
}

function compileRule(node: Node, bench: RuleBench): Rule | undefined {
  const { report } = bench
  const fields = readFields(node, KEYS, report)
  const id = fields?.['id'] && readWord(fields['id'], 'the id of a rule', report)
  if (fields === undefined || id === undefined) return undefined
  checkId(id, 'the id of a rule', report)
  const drafts = readFacts(fields['facts'], { world: bench.world, report, rule: true })
  checkOverridable(fields['overridable'], report)
  const checks = compileChecks(fields['checks'], drafts, bench)
  tellUnused(drafts, checks, report)
  const text = (key: string) => (fields[key] && readText(fields[key], `\`${key}\``, report))?.text ?? ''
  const plan: RulePlan = {
    id: id.text,
    text: text('text'),
    source: text('source'),
    facts: factsOf(checks),
    checks: checks.map(({ plan: check }) => check),
    overridable: 'never',
    next: text('next'),
  }
  return { plan, span: id.span, policy: policyOf(checks) }
}

function checkOverridable(node: Node | undefined, report: Report): void {
  if (node === undefined || (node.kind === 'scalar' && node.text === 'never')) return
  report.error('RB0613', startOf(node), {
    message: '`overridable` is carried out as `never` only by this version of Runproof',
    help: 'write `overridable: never`',
  })
}

function compileChecks(node: Node | undefined, drafts: readonly FactDraft[], bench: RuleBench): CompiledCheck[] {
  const list = node && asList(node, '`checks`', bench.report)
  if (list?.items.length === 0)
    bench.report.error('RB0102', startOf(list), 'a rule without a check exists only as prose')
  return (list?.items ?? []).flatMap((item) => compileCheck(item, drafts, bench) ?? [])
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

function policyOf(checks: readonly { readonly plan: CheckPlan }[]): Set<string> {
  const predicates = checks.flatMap(({ plan }) => (plan.form === 'require' ? plan.require : []))
  return new Set(
    predicates.flatMap(({ uses }) =>
      uses.flatMap(([root, name]) => (root === 'policy' && name !== undefined ? [name] : [])),
    ),
  )
}
