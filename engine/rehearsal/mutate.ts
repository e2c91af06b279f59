import type { Place, RulePlan } from '../../schemas/plan.ts'
import { differencesOf } from './differences.ts'
import { mutantsOfRule } from './mutants/rule-mutants.ts'
import type { RuleMutant } from './mutants/rule-mutants.ts'
import { mutantsOfRunbook } from './mutants/runbook-mutants.ts'
import type { RunbookMutant } from './mutants/runbook-mutants.ts'
import { rehearse } from './rehearse.ts'
import { withCallees } from './stage.ts'
import type { Stage } from './stage.ts'
import type { Prepared } from './trial.ts'
import { underRules, undeniedOf } from './twin.ts'

/** A mutant that no scenario notices. */
export interface Survivor {
  readonly of: 'rule' | 'runbook'
  readonly id: string
  readonly change: string
  readonly place?: Place
}

/** What mutation has shown (G23): a rule that survives has no teeth there. */
export interface Mutation {
  readonly tried: number
  readonly survivors: readonly Survivor[]
  /** Mutants that were not tried, since there are too many. */
  readonly leftOut: number
  /** Rules that guard readings alone: the checker settles them on all paths, and no run would show a mutant. */
  readonly settled: readonly string[]
}

/** So many mutants are tried at most. */
export const MOST_MUTANTS = 1_000

/** Mutates the rules that the scenarios meet, and their runbooks, and looks whether some scenario notices each mutant. */
export async function mutate(scenarios: readonly Prepared[], rules: readonly RulePlan[]): Promise<Mutation> {
  const met = rules.filter(({ id }) => scenarios.some((prepared) => meets(prepared, id)))
  const settled = met.filter((rule) => guardsReadingsAlone(rule, scenarios))
  const ofRules = met.filter((rule) => !settled.includes(rule)).flatMap(mutantsOfRule)
  const plans = new Map(scenarios.map(({ stage: { plan } }) => [plan.runbook.id, plan]))
  const ofRunbooks = [...plans.values()].flatMap(mutantsOfRunbook)
  const all = [...ofRules, ...ofRunbooks]
  const survivors: Survivor[] = []
  for (const mutant of all.slice(0, MOST_MUTANTS)) {
    const noticed = 'rule' in mutant ? await ruleNoticed(mutant, scenarios) : await runbookNoticed(mutant, scenarios)
    if (!noticed) survivors.push(survivorOf(mutant))
  }
  return {
    tried: Math.min(all.length, MOST_MUTANTS),
    survivors,
    leftOut: Math.max(all.length - MOST_MUTANTS, 0),
    settled: settled.map(({ id }) => id),
  }
}

function guardsReadingsAlone({ checks }: RulePlan, [first]: readonly Prepared[]): boolean {
  const isReading = (name: string) => first?.stage.contracts.get(name)?.kind === 'reading'
  return checks.every((check) => check.form === 'after' && check.guards.every(isReading))
}

function survivorOf(mutant: RuleMutant | RunbookMutant): Survivor {
  const { change, place } = mutant
  const named =
    'rule' in mutant ? { of: 'rule' as const, id: mutant.rule } : { of: 'runbook' as const, id: mutant.runbook }
  return { ...named, change, ...(place === undefined ? {} : { place }) }
}

/** Those that are about the rule come first: they notice most. */
async function ruleNoticed(mutant: RuleMutant, scenarios: readonly Prepared[]): Promise<boolean> {
  const meeting = scenarios.filter((prepared) => meets(prepared, mutant.rule))
  const about = ({ scenario }: Prepared) => [scenario.expect.deniedBy, scenario.twin?.without].includes(mutant.rule)
  for (const prepared of [...meeting.filter(about), ...meeting.filter((one) => !about(one))])
    if ((await differs(prepared, underMutant(prepared.stage, mutant))) || (await twinNotices(prepared, mutant)))
      return true
  return false
}

async function runbookNoticed({ runbook, mutant }: RunbookMutant, scenarios: readonly Prepared[]): Promise<boolean> {
  for (const prepared of scenarios.filter(({ scenario }) => scenario.runbook === runbook))
    if (await differs(prepared, { ...prepared.stage, plan: mutant })) return true
  return false
}

/** A mutant that cannot be carried out at all is noticed too. */
async function differs({ scenario }: Prepared, stage: Stage): Promise<boolean> {
  try {
    return differencesOf(scenario, await rehearse(stage, scenario), stage).length > 0
  } catch {
    return true
  }
}

/** Does the twin come through, under the mutant of its rule? */
async function twinNotices({ scenario, stage, twin }: Prepared, mutant: RuleMutant): Promise<boolean> {
  if (twin?.naive === undefined || scenario.twin?.without !== mutant.rule) return false
  // What the compiler refuses without the Plan's own rules, the door's rules stop as well, but for the order of readings.
  const guarded = twin.guarded ?? underRules(twin.naive, stage.rules)
  if (!(await isStopped(scenario, guarded))) return mutant.mutant === undefined && twin.guarded === undefined
  return !(await isStopped(scenario, underMutant(guarded, mutant)))
}

/** A twin that cannot be carried out does no harm, and shows nothing. */
async function isStopped(scenario: Prepared['scenario'], stage: Stage): Promise<boolean> {
  try {
    return undeniedOf(scenario, await rehearse(stage, scenario), stage).length === 0
  } catch {
    return true
  }
}

function underMutant(stage: Stage, { rule, mutant }: RuleMutant): Stage {
  return underRules(
    stage,
    stage.rules.flatMap((one) => (one.id === rule ? (mutant ?? []) : one)),
  )
}

function meets({ scenario, stage }: Prepared, rule: string): boolean {
  if (scenario.twin?.without === rule) return true
  return withCallees(stage.plan).some(({ rules }) => rules.some(({ id }) => id === rule))
}
