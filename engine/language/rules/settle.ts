import type { Span } from '../../../schemas/diagnostic.ts'
import type { Binding, Plan } from '../../../schemas/plan.ts'
import { sitesOf } from '../../core/rules.ts'
import type { PlanBody, Site } from '../../core/rules.ts'
import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import { readingsOf } from './readings.ts'
import { reachOf } from './reach.ts'
import type { Reach } from './reach.ts'
import type { Rule } from './rule.ts'
import { settleCheck } from './settle-check.ts'

/** A runbook as it is compiled so far, and where its parts stand. */
export interface Settling {
  readonly body: Omit<PlanBody, 'contracts'> & Pick<Plan, 'goalClaims'>
  /** The place of a step, of its undo (`cordon-undo`), or of an outcome (`outcome:cleared`). */
  spanOf(at: string): Span
  readonly world: World
  readonly report: Report
  /** Are all rules of the catalogue here? */
  readonly rulesKnown: boolean
}

/** The rules of a Plan, what of them is settled, and every effect that it can reach, with everything above it. */
export interface Settled {
  readonly rules: readonly Rule[]
  readonly bindings: readonly Binding[]
  readonly effects: ReadonlySet<string>
  /** Readings that these rules may ask for in a run of this Plan. */
  readonly readings: ReadonlySet<string>
}

/** How a run can end without any outcome of the runbook. */
const ENGINE_CLAIMS = ['claim.blocked', 'claim.aborted', 'claim.failed-safe', 'claim.failed-unsafe']

/**
 * Binds the rules to a runbook: those that it cites, and every one that guards something it can reach (G17). What can be settled
 * on all paths is settled here, callees and undo included; what surely breaks a rule is an error.
 */
export function settleRules(rules: readonly Rule[], cited: readonly Word[], at: Settling): Settled {
  const body = { ...at.body, contracts: contractsOf(at.world) }
  const sites = withEngineClaims(sitesOf(body), body)
  const reach = reachOf(sites, at.world)
  const bound = rules.map((rule) => ({ rule, bindings: bindingsOf(rule, reach, at) }))
  for (const word of cited) checkCited(word, bound, at)
  const names = new Set(cited.map(({ text }) => text))
  const chosen = bound.filter(
    ({ rule, bindings }) => names.has(rule.plan.id) || bindings.some(({ at: place }) => place !== RUN),
  )
  const bindings = chosen.flatMap((each) => each.bindings)
  return {
    rules: chosen.map(({ rule }) => rule),
    bindings,
    effects: new Set(reach.byEffect.keys()),
    readings: readingsOf(
      chosen.map(({ rule }) => rule.plan),
      bindings,
      at.world,
    ),
  }
}

/** Where a rule binds to the run as a whole: what it forbids is nowhere. */
const RUN = 'run'

interface Bound {
  readonly rule: Rule
  readonly bindings: readonly Binding[]
}

function bindingsOf(rule: Rule, reach: Reach, at: Settling): Binding[] {
  return rule.plan.checks.flatMap((check, index) => {
    const spanOf = (site: Site): Span => at.spanOf(placeIn(site))
    const one = { rule, check, reach, goalClaims: at.body.goalClaims, world: at.world, report: at.report, spanOf }
    return settleCheck(one).map((settled): Binding => ({ rule: rule.plan.id, check: index, ...settled }))
  })
}

/** What lies in a callee stands at the step that calls it; an option stands in its question. */
function placeIn(site: Site): string {
  return site.caller === undefined ? site.at.replace(/\?.*$/, '') : placeIn(site.caller)
}

/** A cited rule that guards nothing here, and forbids nothing, would only look like one. */
function checkCited(word: Word, bound: readonly Bound[], { report, rulesKnown }: Settling): void {
  const found = bound.find(({ rule }) => rule.plan.id === word.text)
  if (found === undefined && !rulesKnown) return
  if (found === undefined)
    return report.unknown('RB0215', word.span, {
      message: `there is no rule \`${word.text}\``,
      name: word.text,
      candidates: bound.map(({ rule }) => rule.plan.id),
    })
  if (found.bindings.length > 0 || found.rule.unclear) return
  report.error('RB0223', word.span, {
    message: `\`${word.text}\` binds to nothing in this runbook: it reaches no effect that the rule guards`,
    related: [{ span: found.rule.span, label: 'the rule' }],
    help: 'drop it from `doNot`; if an effect comes to it later, the rule binds by itself',
  })
}

/** The engine ends runs too, and what it claims then is guarded like every claim. */
function withEngineClaims(sites: readonly Site[], body: PlanBody): Site[] {
  const ends = ENGINE_CLAIMS.map((effect): Site => {
    const name = effect.slice('claim.'.length)
    const outcome = { name, as: 'failed-unsafe', when: [], claims: [], tell: [] } as const
    return {
      at: `outcome:${name}`,
      body,
      around: [],
      undo: false,
      outcome,
      causes: [{ effect, target: {} }],
      reads: [],
    }
  })
  return [...sites, ...ends.filter(({ at }) => !sites.some((site) => site.at === at))]
}

const contractsBy = new WeakMap<World, PlanBody['contracts']>()

/** All runbooks of a catalogue stand on the same contracts. */
function contractsOf(world: World): PlanBody['contracts'] {
  const contracts = contractsBy.get(world) ?? Object.fromEntries(world.contracts)
  contractsBy.set(world, contracts)
  return contracts
}
