import type { ForbidCheck } from '../../../schemas/plan.ts'
import { onOnePath } from '../../core/rules.ts'
import type { Site } from '../../core/rules.ts'
import { causing, momentOf } from './settle-check.ts'
import type { Case, Settlement } from './settle-check.ts'

/** Form 2: what is forbidden is nowhere, or on no path with an effect of `inRunsWith`; the door denies it beside that. */
export function settleForbid(one: Case<ForbidCheck>): Settlement[] {
  const { check } = one
  const [forbidden, companions] = [causing(check.forbid, one), causing(check.inRunsWith, one)]
  for (const { site } of forbidden) {
    const beside = companions.find((other) => onOnePath(site, other.site))
    if (check.inRunsWith.length === 0 || beside !== undefined) refuse(site, beside, one)
  }
  const bound = [...forbidden, ...companions].map(({ site, effect }): Settlement => {
    return { at: site.at, guarded: effect, verdict: 'settled', moments: ['C', momentOf(site)] }
  })
  if (check.inRunsWith.length > 0 || bound.length > 0) return bound
  return check.forbid.map((guarded) => ({ at: 'run', guarded, verdict: 'settled', moments: ['C', 'A'] }))
}

function refuse(site: Site, beside: { site: Site; effect: string } | undefined, one: Case<ForbidCheck>): void {
  const { rule, report, spanOf } = one
  const other = beside === undefined ? undefined : beside.site.outcome === undefined ? beside.site.at : beside.effect
  const isStep = beside !== undefined && beside.site !== site && beside.site.outcome === undefined
  report.error('RB0411', spanOf(site), {
    message: `\`${rule.plan.id}\` forbids what \`${site.at}\` does${other === undefined ? '' : ` in a run with \`${other}\``}`,
    label: rule.plan.text,
    related: [
      ...(isStep ? [{ span: spanOf(beside.site), label: 'on one path with this' }] : []),
      { span: rule.span, label: 'the rule' },
    ],
    help: rule.plan.next,
  })
}
