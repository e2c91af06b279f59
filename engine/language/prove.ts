import type { Binding, CheckPlan, Plan, RulePlan } from '../../schemas/plan.ts'
import type { CompiledCatalogue } from './catalogue.ts'
import { describeCheck, remainsOf, settledOf } from './rules/words.ts'

/** What the rules of a catalogue hold, where, and since when that is known: for people, and as JSON. */
export interface Proof {
  readonly rules: readonly RuleProof[]
  /** Rules that guard nothing in any runbook of the catalogue: they only look like rules. */
  readonly unbound: readonly string[]
}

/** One rule. */
export interface RuleProof {
  readonly rule: string
  readonly text: string
  /** `never`, or the role of the second person who may override it. */
  readonly overridable: string
  readonly runbooks: readonly { readonly runbook: string; readonly places: readonly PlaceProof[] }[]
}

/** One check at one place: a step, its undo, an option, an outcome, or the run as a whole. */
export interface PlaceProof {
  readonly at: string
  /** The effect, or the reading, that is guarded. */
  readonly guarded: string
  readonly check: { readonly index: number; readonly form: CheckPlan['form']; readonly says: string }
  readonly moments: Binding['moments']
  /** What holds on all paths, whatever the run finds. */
  readonly settled?: string
  /** What only the run can tell. */
  readonly remains?: string
}

/** Says of each rule where it binds in these runbooks, what the compiler has settled there, and what is left for the run. */
export function proveCatalogue(
  { rules, runbooks }: Pick<CompiledCatalogue, 'rules' | 'runbooks'>,
  runbookIds: readonly string[] = Object.keys(runbooks),
): Proof {
  const plans = Object.values(runbooks).map(({ plan }) => plan)
  const asked = plans.filter(({ runbook }) => runbookIds.includes(runbook.id))
  const bound = (rule: RulePlan) => plans.some((plan) => placesOf(rule, plan).length > 0)
  return {
    rules: rules.map((rule) => ({
      rule: rule.id,
      text: rule.text,
      overridable: rule.overridable === 'never' ? 'never' : rule.overridable.who,
      runbooks: asked.flatMap((plan) => {
        const places = placesOf(rule, plan)
        return places.length === 0 ? [] : [{ runbook: plan.runbook.id, places }]
      }),
    })),
    unbound: rules.filter((rule) => !bound(rule)).map(({ id }) => id),
  }
}

function placesOf(rule: RulePlan, plan: Plan): PlaceProof[] {
  const bindings = (plan.bindings ?? []).filter((binding) => binding.rule === rule.id)
  return [...bindings, ...absences(rule, plan)].flatMap((binding): PlaceProof[] => {
    const check = rule.checks[binding.check]
    if (check === undefined) return []
    const { at, guarded, moments } = binding
    const { form } = check
    return [
      {
        at,
        guarded,
        check: { index: binding.check, form, says: describeCheck(check) },
        moments,
        ...saidOf(check, binding),
      },
    ]
  })
}

function saidOf(check: CheckPlan, binding: Binding): Pick<PlaceProof, 'settled' | 'remains'> {
  const [settled, remains] = [settledOf(check, binding), remainsOf(check, binding)]
  return { ...(settled === undefined ? {} : { settled }), ...(remains === undefined ? {} : { remains }) }
}

/** What is forbidden everywhere is nowhere in a runbook that compiles, also where the rule is not cited. */
function absences({ id: rule, checks }: RulePlan, { bindings = [] }: Plan): Binding[] {
  return checks.flatMap((check, index): Binding[] => {
    const said = bindings.some((binding) => binding.rule === rule && binding.check === index)
    if (check.form !== 'forbid' || check.inRunsWith.length > 0 || said) return []
    return check.forbid.map((guarded) => {
      return { rule, check: index, at: 'run', guarded, verdict: 'settled', moments: ['C', 'A'] }
    })
  })
}
