import type { Contract } from '../../schemas/contract.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'
import type { RulePlan } from '../../schemas/plan.ts'
import type { Scenario } from '../../schemas/scenario.ts'
import { compileCatalogue, twinSources } from '../language/catalogue.ts'
import type { CatalogueSources, CompiledCatalogue } from '../language/catalogue.ts'
import { kindOfFile } from '../language/files.ts'
import { differing, happenedOf, isDeniedBy } from './differences.ts'
import type { Difference, Ended } from './differences.ts'
import { rehearse } from './rehearse.ts'
import { stageOf, withCallees } from './stage.ts'
import type { Stage } from './stage.ts'

/** A catalogue as it lies there, and as it was compiled. */
export interface Material {
  readonly sources: CatalogueSources
  readonly contracts: readonly Contract[]
  readonly catalogue: CompiledCatalogue
}

/** The naive twin of a scenario, compiled: with its rule, where the compiler lets it through, and without. */
export interface CompiledTwin {
  /** Absent where the compiler refuses it because of the rule: `refused` says how. */
  readonly guarded?: Stage
  readonly refused: readonly Diagnostic[]
  /** The Plan of before the rule, and all rules but that one. */
  readonly naive?: Stage
  /** Why it is no runbook at all, also without the rule. */
  readonly broken: readonly Diagnostic[]
}

/** How a twin ended: with the rule it must be denied, without it the harm must happen. */
export interface TwinResult {
  readonly differences: readonly Difference[]
  /** Who stopped it with the rule: the compiler, the run, or nobody. */
  readonly stoppedBy: 'compiler' | 'run' | 'nobody'
}

/** Compiles the twin of a scenario, once with its rule and once without. */
export function compileTwin(material: Material, scenario: Scenario): CompiledTwin {
  const { twin, runbook } = scenario
  if (twin === undefined) return { refused: [], broken: [] }
  const { without, edit } = twin
  const only = runbooksFor(material, scenario)
  const withRule = compileVariant(material, { runbook, only, edit })
  const withoutRule = compileVariant(material, { runbook, only, edit, without })
  const guarded = stageIn(withRule, material, scenario)
  const naive = stageIn(withoutRule, material, scenario)
  return {
    ...(guarded === undefined ? {} : { guarded }),
    refused: mistakesIn(withRule, runbook),
    ...(naive === undefined ? {} : { naive }),
    broken: naive === undefined ? mistakesIn(withoutRule, runbook) : [],
  }
}

/** Rehearses a twin with its rule and without it, and says in what it does not show what it must (G23). */
export async function rehearseTwin(compiled: CompiledTwin, scenario: Scenario): Promise<TwinResult> {
  const { twin } = scenario
  if (twin === undefined) return { differences: [], stoppedBy: 'nobody' }
  const { naive, guarded, broken } = compiled
  if (naive === undefined) {
    const actual = broken[0]?.message ?? 'it does not compile'
    return {
      differences: [{ at: 'twin', expected: `without ${twin.without} the twin compiles`, actual }],
      stoppedBy: 'nobody',
    }
  }
  const withoutRule = await rehearse(naive, scenario)
  const harmless = harmlessOf(scenario, withoutRule, naive)
  if (guarded === undefined) return { differences: harmless, stoppedBy: 'compiler' }
  const withRule = await rehearse(guarded, scenario)
  const undenied = undeniedOf(scenario, withRule, guarded)
  const stoppedBy = undenied.length === 0 ? 'run' : 'nobody'
  return { differences: [...undenied, ...harmless], stoppedBy }
}

/** In what a twin that stands under its rule is not denied. */
export function undeniedOf({ twin }: Scenario, rehearsed: Ended, stage: Pick<Stage, 'effects'>): Difference[] {
  if (twin === undefined) return []
  const { without, harm } = twin
  const done = happenedOf(harm, rehearsed, stage)
  return [
    ...(isDeniedBy(without, rehearsed)
      ? []
      : [differing('twin', `with ${without} the twin is denied by it`, `it ended ${rehearsed.outcome.name}`)]),
    ...done.map((effect) => differing('twin', `with ${without} there is no ${effect}`, 'it happened')),
  ]
}

/** Which harm a twin without its rule has not done. */
export function harmlessOf({ twin }: Scenario, rehearsed: Ended, stage: Pick<Stage, 'effects'>): Difference[] {
  const harm = twin?.harm ?? []
  const done = happenedOf(harm, rehearsed, stage)
  const ended = `it ended ${rehearsed.outcome.name} (${rehearsed.outcome.message})`
  return harm
    .filter((effect) => !done.includes(effect))
    .map((effect) => differing('twin', `without ${twin?.without ?? ''} the twin does ${effect}`, ended))
}

function compileVariant(
  { sources, contracts }: Material,
  difference: Parameters<typeof twinSources>[1],
): CompiledCatalogue {
  return compileCatalogue(twinSources(sources, difference), contracts)
}

/** What is recorded is the same for the twin. */
function stageIn(
  compiled: CompiledCatalogue,
  { contracts, catalogue }: Material,
  { runbook }: Scenario,
): Stage | undefined {
  const stage = stageOf(compiled, runbook, contracts)
  return stage && { ...stage, recorded: catalogue.recorded }
}

function mistakesIn({ diagnostics }: CompiledCatalogue, runbook: string): Diagnostic[] {
  return diagnostics.filter(
    ({ span, severity }) =>
      severity === 'error' && kindOfFile(span) === 'runbook' && span.file.endsWith(`/${runbook}.yaml`),
  )
}

/** Only what the twin can carry out is compiled again: itself and what it calls, or all where the edit calls another. */
function runbooksFor({ catalogue }: Material, { runbook, twin }: Scenario): string[] {
  const plan = catalogue.runbooks[runbook]?.plan
  const calls = (twin?.edit ?? []).some(({ set }) => 'call' in set)
  if (plan === undefined || calls) return Object.keys(catalogue.runbooks)
  return withCallees(plan).map(({ runbook: { id } }) => id)
}

/** The same stage under other rules: those of the Plan are replaced too. */
export function underRules(stage: Stage, rules: readonly RulePlan[]): Stage {
  const named = new Map(rules.map((rule) => [rule.id, rule]))
  const planUnder = (plan: Stage['plan']): Stage['plan'] => ({
    ...plan,
    rules: plan.rules.flatMap(({ id }) => named.get(id) ?? []),
    ...(plan.callees === undefined
      ? {}
      : { callees: Object.fromEntries(Object.entries(plan.callees).map(([id, callee]) => [id, planUnder(callee)])) }),
  })
  return { ...stage, rules, plan: planUnder(stage.plan) }
}
