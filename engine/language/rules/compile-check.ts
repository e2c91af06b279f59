import type { Diagnostic } from '../../../schemas/diagnostic.ts'
import type { CheckPlan, FactPlan, Predicate, RequireCheck } from '../../../schemas/plan.ts'
import { rootsUsed } from '../compile/bench.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { compileFacts, emptyFacts, factTypes } from '../compile/facts.ts'
import type { Fact, FactDraft } from '../compile/facts.ts'
import { compilePredicate } from '../compile/predicate.ts'
import { belowOf } from '../ground/effects.ts'
import { Report } from '../report.ts'
import { asList, asMap, notYet, readFields, startOf } from '../shape/fields.ts'
import { readSome } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import type { RuleBench } from './compile-rules.ts'

/** A check with the facts that its predicates need. */
export interface CompiledCheck {
  readonly plan: CheckPlan
  readonly facts: ReadonlyMap<string, FactPlan>
}

const LATER = { after: 'RB0607', onlyFrom: 'RB0608', during: 'RB0609', mustWithin: 'RB0610' } as const
const LATER_PARTS = { each: 'RB0611', hold: 'RB0612' }

/** Compiles one check; each has exactly one form (language.md 10). */
export function compileCheck(node: Node, drafts: readonly FactDraft[], bench: RuleBench): CompiledCheck | undefined {
  const map = asMap(node, 'a check', bench.report)
  if (map === undefined) return undefined
  const later = map.entries.find(({ key }) => key in LATER)
  if (later !== undefined) return notYet(later, LATER[later.key as keyof typeof LATER], bench.report)
  const keys = new Set(map.entries.map(({ key }) => key))
  if (keys.has('forbid') && (keys.has('guards') || keys.has('require'))) {
    return bench.report.error(
      'RB0109',
      startOf(map),
      'a check has one form: either `guards` with `require`, or `forbid`',
    )
  }
  return keys.has('forbid') ? compileForbid(map, bench) : compileRequire(map, drafts, bench)
}

function compileForbid(map: MapNode, bench: RuleBench): CompiledCheck | undefined {
  const fields = readFields(
    map,
    { what: 'a check', required: ['forbid'], optional: ['inRunsWith'], later: LATER_PARTS },
    bench.report,
  )
  const forbid = fields?.['forbid'] && readEffects(fields['forbid'], '`forbid`', bench)
  const inRunsWith = fields?.['inRunsWith'] ? readEffects(fields['inRunsWith'], '`inRunsWith`', bench) : []
  if (forbid === undefined) return undefined
  const names = (words: readonly Word[]) => words.map(({ text }) => text)
  return { plan: { form: 'forbid', forbid: names(forbid), inRunsWith: names(inRunsWith) }, facts: new Map() }
}

/** Effects that exist, and that some action of this installation can have: a rule on anything else would bind to nothing. */
function readEffects(node: Node, what: string, { world, report }: RuleBench): Word[] {
  return readSome(node, what, report).filter(({ text, span }) => {
    if (!world.effects.byName.has(text)) {
      report.unknown('RB0216', span, {
        message: `there is no effect \`${text}\``,
        name: text,
        candidates: world.effects.byName.keys(),
      })
      return false
    }
    if (world.possible.has(text) || report.broken.has(text)) return true
    report.error('RB0222', span, {
      message: `no action of this installation has the effect \`${text}\``,
      label: 'the rule would bind to nothing',
    })
    return false
  })
}

function compileRequire(map: MapNode, drafts: readonly FactDraft[], bench: RuleBench): CompiledCheck | undefined {
  const fields = readFields(map, { what: 'a check', required: ['guards', 'require'], later: LATER_PARTS }, bench.report)
  const guards = fields?.['guards'] && readEffects(fields['guards'], '`guards`', bench)
  const require = fields?.['require'] && asList(fields['require'], '`require`', bench.report)
  if (guards === undefined || require === undefined) return undefined
  if (require.items.length === 0)
    bench.report.error('RB0102', startOf(require), 'a check without a predicate allows everything')
  const compiled = compileForAll(guards, { require: require.items, drafts }, bench)
  if (compiled === undefined) return undefined
  const plan: RequireCheck = { form: 'require', guards: guards.map(({ text }) => text), require: compiled.require }
  return { plan, facts: compiled.facts }
}

interface Bound {
  readonly require: readonly Predicate[]
  readonly facts: ReadonlyMap<string, FactPlan>
}

/** A check must type-check for every effect that it guards, children included, with that effect's target. */
function compileForAll(
  guards: readonly Word[],
  check: { require: readonly Node[]; drafts: readonly FactDraft[] },
  bench: RuleBench,
): Bound | undefined {
  let first: Bound | undefined
  for (const guard of guards) {
    for (const effect of belowOf(guard.text, bench.world.effects.byName)) {
      if (bench.report.broken.has(effect)) continue
      const trial = new Report(bench.report.broken)
      const bound = compileFor(effect, check, { ...bench, report: trial })
      first ??= bound
      if (!trial.failed) continue
      for (const mistake of trial.found)
        bench.report.found.push(...unlessTold(mistake, { bench, guard, effect, alone: guards.length === 1 }))
      return undefined
    }
  }
  return first
}

/** Which effect a mistake was found with is told where it matters: several are guarded, or it is about the target. */
function unlessTold(
  mistake: Diagnostic,
  at: { bench: RuleBench; guard: Word; effect: string; alone: boolean },
): Diagnostic[] {
  const { code, span, related = [] } = mistake
  const same = (other: Diagnostic) =>
    other.code === code && other.span.start === span.start && other.span.file === span.file
  if (at.bench.report.found.some(same)) return []
  if (at.alone && at.effect === at.guard.text && !mistake.message.includes('target')) return [mistake]
  return [
    {
      ...mistake,
      related: [...related, { span: at.guard.span, label: `checked with the target of \`${at.effect}\`` }],
    },
  ]
}

function compileFor(
  effect: string,
  { require, drafts }: { require: readonly Node[]; drafts: readonly FactDraft[] },
  { world, report, lines }: RuleBench,
): Bound {
  const target = world.effects.byName.get(effect)?.target ?? {}
  const variables = { ...world.roots, target: { kind: 'object', fields: target } as const, ...factTypes(drafts) }
  const bench: Bench = {
    report,
    world,
    lines,
    variables,
    fill: { root: 'target', fields: target },
    mayBeEmpty: emptyFacts(drafts),
  }
  const predicates = require.flatMap((node) => compilePredicate(node, bench) ?? [])
  const facts = factsFor(
    predicates.flatMap(({ uses }) => uses),
    drafts,
    bench,
  )
  return {
    require: predicates.map(({ predicate }) => predicate),
    facts: new Map([...facts].map(([name, { plan }]) => [name, plan])),
  }
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
