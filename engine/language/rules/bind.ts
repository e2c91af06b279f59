import type { Contract } from '../../../schemas/contract.ts'
import type { CheckPlan } from '../../../schemas/plan.ts'
import { lineageOf } from '../ground/effects.ts'
import type { Report } from '../report.ts'
import type { CompiledOutcome } from '../runbook/outcomes.ts'
import type { Paths } from '../runbook/check-paths.ts'
import type { Step } from '../runbook/step.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { Rule } from './rule.ts'

/** How a run can end without any outcome of the runbook. */
const ENGINE_CLAIMS = ['claim.blocked', 'claim.aborted', 'claim.failed-safe', 'claim.failed-unsafe']

/** What a runbook can cause. */
export interface Reach {
  readonly steps: readonly Step[]
  readonly paths: Paths
  /** Effects of steps and claims, with everything above them. */
  readonly effects: ReadonlySet<string>
}

/** The effects that a runbook can reach on some path. */
export function reachOf(
  steps: readonly Step[],
  outcomes: readonly CompiledOutcome[],
  at: { readonly paths: Paths; readonly world: World },
): Reach {
  const direct = [
    ...steps.flatMap((step) => effectsOf(step.contract)),
    ...outcomes.flatMap(({ plan }) => [`claim.${plan.as}`, ...plan.claims.map(({ effect }) => effect)]),
    ...ENGINE_CLAIMS,
  ]
  return {
    steps,
    paths: at.paths,
    effects: new Set(direct.flatMap((effect) => lineageOf(effect, at.world.effects.byName))),
  }
}

/** The rules of a Plan: those that the runbook cites, and every one that guards an effect it can reach (G17). */
export function bindRules(
  rules: readonly Rule[],
  cited: readonly Word[],
  { reach, world, report }: { reach: Reach; world: World; report: Report },
): Rule[] {
  for (const word of cited) checkCited(word, { rules, reach, report })
  for (const rule of rules) for (const check of rule.plan.checks) refuseForbidden(rule, check, { reach, world, report })
  const names = new Set(cited.map(({ text }) => text))
  return rules.filter((rule) => names.has(rule.plan.id) || rule.plan.checks.some((check) => touches(check, reach)))
}

function effectsOf(contract: Contract | undefined): string[] {
  return contract?.kind === 'action' ? Object.keys(contract.effects) : []
}

/** Does the check say anything about an effect that this runbook can reach? */
function touches(check: CheckPlan, { effects }: Reach): boolean {
  const named = check.form === 'require' ? check.guards : [...check.forbid, ...check.inRunsWith]
  return named.some((effect) => effects.has(effect))
}

/** A cited rule binds where it guards something here, or forbids something whose absence is settled on all paths. */
function checkCited(
  word: Word,
  { rules, reach, report }: { rules: readonly Rule[]; reach: Reach; report: Report },
): void {
  const rule = rules.find(({ plan }) => plan.id === word.text)
  if (rule === undefined) {
    return report.unknown('RB0215', word.span, {
      message: `there is no rule \`${word.text}\``,
      name: word.text,
      candidates: rules.map(({ plan }) => plan.id),
    })
  }
  const binds = rule.plan.checks.some(
    (check) => touches(check, reach) || (check.form === 'forbid' && check.inRunsWith.length === 0),
  )
  if (binds) return
  report.error('RB0223', word.span, {
    message: `\`${word.text}\` binds to nothing in this runbook: it reaches no effect that the rule guards`,
    related: [{ span: rule.span, label: 'the rule' }],
    help: 'drop it from `doNot`; if an effect comes to it later, the rule binds by itself',
  })
}

/** Form 2: the forbidden effect is on no path, or on none with an effect of `inRunsWith`. */
function refuseForbidden(rule: Rule, check: CheckPlan, at: { reach: Reach; world: World; report: Report }): void {
  if (check.form !== 'forbid') return
  const having = (names: readonly string[]) => at.reach.steps.filter((step) => has(step, names, at.world))
  for (const step of having(check.forbid)) {
    const beside = having(check.inRunsWith).find((other) => onOnePath(step, other, at.reach.paths))
    const claim = check.inRunsWith.find((effect) => effect.startsWith('claim') && at.reach.effects.has(effect))
    if (check.inRunsWith.length > 0 && beside === undefined && claim === undefined) continue
    const other = beside?.plan.id ?? claim
    at.report.error('RB0411', step.span, {
      message: `\`${rule.plan.id}\` forbids what \`${step.plan.id}\` does${other === undefined ? '' : ` in a run with \`${other}\``}`,
      label: rule.plan.text,
      related: [
        ...(beside && beside !== step ? [{ span: beside.span, label: 'on one path with this' }] : []),
        { span: rule.span, label: 'the rule' },
      ],
      help: rule.plan.next,
    })
  }
}

function has(step: Step, names: readonly string[], world: World): boolean {
  return effectsOf(step.contract).some((effect) =>
    lineageOf(effect, world.effects.byName).some((name) => names.includes(name)),
  )
}

function onOnePath(a: Step, b: Step, { before }: Paths): boolean {
  return a === b || before.get(a.plan.id)?.has(b.plan.id) === true || before.get(b.plan.id)?.has(a.plan.id) === true
}
