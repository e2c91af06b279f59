import type { Plan, RulePlan } from '../../../schemas/plan.ts'
import type { QuestionRecord, Trigger, Vote } from '../../../schemas/run.ts'
import { bindingRules } from '../door/binding-rules.ts'
import { locate, plansAround } from '../door/instance.ts'
import type { Located } from '../door/instance.ts'
import type { Host } from '../host.ts'

/** What the admitted Plan lets a run ask at an instance. */
export interface Asked {
  readonly kind: QuestionRecord['kind']
  readonly who: readonly string[]
  readonly choices?: readonly string[]
}

/** A run, as far as it bears on what it may ask. */
export interface Asking {
  readonly plan: Plan
  readonly trigger: Trigger
}

/**
 * What the Plan asks at this instance, of a kind where that is known: the workflow is not believed about it (G25). Undefined where it
 * can ask nothing of that kind there.
 */
export function askedAt(
  { plan, trigger }: Asking,
  {
    step,
    kind,
    rules,
  }: { readonly step: string; readonly kind: Asked['kind'] | undefined; readonly rules: readonly string[] },
  host: Pick<Host, 'catalogue' | 'contracts'>,
): Asked | undefined {
  const located = locate(plan, step)
  if (located === undefined) return undefined
  const planned = plannedAt(located)
  if (planned !== undefined) return kind === undefined || kind === planned.kind ? planned : undefined
  if (located.instance.step.kind !== 'do') return undefined
  if (kind === 'override' || (kind === undefined && rules.length > 0)) return overrideAt(located, rules, host)
  const proposes = trigger.kind !== 'person' && trigger.mode === 'propose' && !located.undo
  return proposes ? { kind: 'propose', who: [plan.runbook.owner] } : undefined
}

function plannedAt({ instance: { step }, undo }: Located): Asked | undefined {
  if (undo) return undefined
  if (step.kind === 'approve') return { kind: 'approve', who: step.who }
  if (step.kind === 'ask') return { kind: 'ask', who: step.who, choices: step.choices.map(({ name }) => name) }
  return undefined
}

function overrideAt(
  located: Located,
  rules: readonly string[],
  host: Pick<Host, 'catalogue' | 'contracts'>,
): Asked | undefined {
  const roles = rules.flatMap((rule) => overriderOf(located, rule, host) ?? [])
  return roles.length === rules.length && roles.length > 0 ? { kind: 'override', who: [...new Set(roles)] } : undefined
}

/** The role that may override a rule at an instance, in every form in which it binds there; undefined where it is absolute. */
export function overriderOf(
  located: Located,
  rule: string,
  host: Pick<Host, 'catalogue' | 'contracts'>,
): string | undefined {
  const plans = plansAround(located.instance)
  const forms = bindingRules(plans, host).flatMap((bound): RulePlan[] => (bound.rule.id === rule ? [bound.rule] : []))
  const roles = new Set(forms.map(({ overridable }) => (overridable === 'never' ? undefined : overridable.who)))
  const [role] = roles
  return roles.size === 1 ? role : undefined
}

/** Whether a decision is an answer to a question of this kind. */
export function fits({ decision, option }: Vote, { kind, choices = [] }: Asked): boolean {
  switch (kind) {
    case 'approve':
    case 'propose':
      return decision === 'approve' || decision === 'reject'
    case 'ask':
      return decision === 'choose' && choices.includes(option ?? '')
    case 'override':
      return decision === 'override' || decision === 'reject'
  }
}
