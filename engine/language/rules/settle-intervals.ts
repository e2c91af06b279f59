import type { CheckPlan, DuringCheck, MustWithinCheck } from '../../../schemas/plan.ts'
import { isSuccess, onOnePath } from '../../core/rules.ts'
import type { Site } from '../../core/rules.ts'
import { lineageOf } from '../ground/effects.ts'
import type { Reached } from './reach.ts'
import { causing, momentOf } from './settle-check.ts'
import type { Case, Settlement } from './settle-check.ts'

/** Form 6: whatever may happen inside is judged at run time; that something ends it, or that it is handed over, is settled here. */
export function settleDuring(one: Case<DuringCheck>): Settlement[] {
  const { check } = one
  const begins = carriedOut([check.from], one)
  for (const begun of begins)
    if (!ends(begun, check.to, one) && !handsOver(begun.site)) refuse(begun.site, check.to, one)
  const inside = insideOf(begins, one).filter(({ effect }) => !isBelow(effect, check.to, one))
  return [
    ...begins.map(({ site, effect }) => beginning(site, effect)),
    ...inside.map(({ site, effect }): Settlement => {
      const moments = site.outcome === undefined ? (['A', 'D'] as const) : (['X'] as const)
      return { at: site.at, guarded: effect, verdict: 'run-time', moments }
    }),
  ]
}

/** Form 7: that the act can follow is settled here; that it did, and in time, at the claims of success. */
export function settleMustWithin(one: Case<MustWithinCheck>): Settlement[] {
  const { check, goalClaims } = one
  const begins = carriedOut([check.after], one)
  for (const begun of begins) if (!ends(begun, check.do, one)) refuse(begun.site, check.do, one)
  const later = insideOf(begins, one).filter(
    ({ site, effect }) => site.outcome === undefined || isSuccess(effect, goalClaims),
  )
  return [
    ...begins.map(({ site, effect }) => beginning(site, effect)),
    ...later
      .filter(({ effect }) => !isBelow(effect, check.do, one))
      .map(({ site, effect }): Settlement => {
        return { at: site.at, guarded: effect, verdict: 'run-time', moments: [momentOf(site)] }
      }),
  ]
}

function beginning(site: Site, guarded: string): Settlement {
  return { at: site.at, guarded, verdict: 'settled', moments: ['C'] }
}

/** An option only asks people for its effects: no receipt shows them, so it begins nothing and ends nothing. */
function carriedOut(effects: readonly string[], one: Case): readonly Reached[] {
  return causing(effects, one).filter(({ site }) => site.step?.kind !== 'ask')
}

/** Does something behind it on one of its paths, or its own undo, end what begins here? */
function ends({ site, order }: Reached, effect: string, one: Case): boolean {
  return carriedOut([effect], one).some(({ site: other, order: at }) => {
    if (other === site || other.outcome !== undefined) return false
    if (other.undo && !site.undo) return other.step === site.step
    // Undos come last first, and behind them no step comes.
    const isBehind = site.undo ? other.undo && at < order : at > order
    return isBehind && onOnePath(site, other)
  })
}

/** What stays behind, and is safe, is named: whoever reads the evidence takes it over. Of an undo nobody says what it leaves. */
function handsOver({ step, undo }: Site): boolean {
  return !undo && step?.kind === 'do' && step.leaves !== undefined
}

/** Everything that may happen after one of these, the undo of earlier steps too; in a loop, what begins it may come again. */
function insideOf(begins: readonly Reached[], { reach }: Case): readonly Reached[] {
  if (begins.length === 0) return []
  const first = Math.min(...begins.map(({ order }) => order))
  const again = begins.filter(({ site: { around, step } }) => [...around, step].some((inner) => inner?.forEach))
  return reach.all.filter((reached) => reached.order > first || reached.site.undo || again.includes(reached))
}

function isBelow(effect: string, name: string, { world }: Case): boolean {
  return lineageOf(effect, world.effects.byName).includes(name)
}

function refuse(site: Site, effect: string, one: Case<CheckPlan>): void {
  const { rule, check, report, spanOf, reach } = one
  const open = check.form === 'must-within'
  const elsewhere = carriedOut([effect], one).some(
    ({ site: other }) => reach.sites.indexOf(other) > reach.sites.indexOf(site),
  )
  const none = site.undo ? 'no undo after it' : elsewhere ? 'no step after it on its way' : 'no step after it'
  report.error('RB0442', spanOf(site), {
    message: open
      ? `\`${site.at}\` begins what \`${effect}\` must follow, and ${none} has that effect`
      : `\`${site.at}\` begins what only \`${effect}\` ends, and ${none} has that effect`,
    label: rule.plan.text,
    related: [{ span: rule.span, label: 'the rule' }],
    help: site.undo
      ? `let the undo of an earlier step have \`${effect}\`, or write \`undo: none\``
      : open
        ? `add the step with \`${effect}\``
        : `add the step with \`${effect}\`, or say with \`leaves\` what stays behind and is safe`,
  })
}
