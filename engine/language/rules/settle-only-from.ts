import type { OnlyFromCheck } from '../../../schemas/plan.ts'
import { describeOrigin, sourcesAt, strangersIn } from '../../core/rules.ts'
import { causing, momentOf } from './settle-check.ts'
import type { Case, Settlement } from './settle-check.ts'

/** Form 4: where a value comes from stands in the Plan; so this is settled, and the door follows the same way again. */
export function settleOnlyFrom(one: Case<OnlyFromCheck>): Settlement[] {
  const { check, world } = one
  return causing(check.guards, one).map(({ site, effect }): Settlement => {
    const target = world.effects.byName.get(effect)?.target ?? {}
    for (const field of check.input) {
      const type = Object.hasOwn(target, field) ? target[field] : undefined
      if (type === undefined) continue
      const origins = sourcesAt(site, { effect, field, type })
      const strangers = strangersIn(origins ?? [], check.onlyFrom)
      if (origins === undefined) refuseUnknown({ ...one, site, effect, field })
      if (strangers.length > 0) refuse({ ...one, site, effect, field }, strangers.map(describeOrigin))
    }
    return { at: site.at, guarded: effect, verdict: 'settled', moments: ['C', momentOf(site)] }
  })
}

type Found = Case<OnlyFromCheck> & {
  readonly site: Parameters<Case['spanOf']>[0]
  readonly effect: string
  readonly field: string
}

function refuse({ rule, check, report, spanOf, site, effect, field }: Found, strangers: readonly string[]): void {
  report.error('RB0441', spanOf(site), {
    message: `\`${field}\` of \`${effect}\` at \`${site.at}\`, or what chose this step, comes from ${strangers.join(', ')} too`,
    label: rule.plan.text,
    related: [{ span: rule.span, label: 'the rule' }],
    help: `let it come from ${check.onlyFrom.map((name) => `\`${name}\``).join(', ')} alone`,
  })
}

/** Nothing writes the field there: the door would find that nobody can say where it comes from, and deny every time. */
function refuseUnknown({ rule, report, spanOf, site, effect, field }: Found): void {
  report.error('RB0441', spanOf(site), {
    message: `nobody can say where \`${field}\` of \`${effect}\` at \`${site.at}\` comes from: nothing writes it there`,
    label: rule.plan.text,
    related: [{ span: rule.span, label: 'the rule' }],
    help: `let the step write \`${field}\`, or guard with this rule only effects whose \`${field}\` steps write`,
  })
}
