import type { Binding, CheckPlan, Predicate } from '../../../schemas/plan.ts'

/** What a check says, in one line. */
export function describeCheck(check: CheckPlan): string {
  switch (check.form) {
    case 'require': {
      const each = check.each === undefined ? '' : `for each ${check.each.item} of ${check.each.list.join('.')}: `
      const hold = (check.hold ?? []).map((path) => path.join('.'))
      return `${each}require ${joined(check.require)}${hold.length === 0 ? '' : `, holding ${hold.join(', ')}`}`
    }
    case 'forbid':
      return `forbid ${check.forbid.join(', ')}${check.inRunsWith.length === 0 ? '' : ` in runs with ${check.inRunsWith.join(', ')}`}`
    case 'after': {
      const each = check.each === undefined ? '' : `for each ${check.each.item} of ${check.each.list.join('.')}: `
      return `${each}after ${check.after.join(', ')}`
    }
    case 'only-from':
      return `${check.input.join(', ')} only from ${check.onlyFrom.join(', ')}`
    case 'during':
      return `from ${check.from} to ${check.to}: require ${joined(check.require)}`
    case 'must-within':
      return `${check.do} within policy.${check.within} after ${check.after}`
  }
}

/** What the compiler has settled at a place; undefined where it could settle nothing. */
export function settledOf(check: CheckPlan, { verdict, at }: Binding): string | undefined {
  if (verdict !== 'settled') return undefined
  switch (check.form) {
    case 'require':
      return undefined
    case 'forbid':
      return check.inRunsWith.length === 0
        ? `no path ${at === 'run' ? 'of this runbook' : 'comes here'} with this effect`
        : 'no path has both'
    case 'after':
      return `every path has ${check.after.join(' and ')} of the same subject before it`
    case 'only-from':
      return 'what is written, and every choice on the way here, comes from these readings'
    case 'during':
      return `a later step or the undo has ${check.to}, or what stays behind is named`
    case 'must-within':
      return `a later step or the undo has ${check.do}`
  }
}

/** What is left for the run at a place; undefined where nothing is. */
export function remainsOf(check: CheckPlan, { moments, verdict }: Binding): string | undefined {
  const when = moments.includes('X') ? 'at the claim' : moments.includes('A') ? 'at the effect' : undefined
  if (when === undefined) return undefined
  switch (check.form) {
    case 'require':
      return `facts are read and judged ${when}`
    case 'forbid':
      return `the door denies it ${when} all the same`
    case 'after':
      return `receipts and readings are looked for ${when}${verdict === 'settled' ? ' again' : ''}`
    case 'only-from':
      return `the door follows the way again ${when}`
    case 'during':
      return `judged ${when} while the interval is open${moments.includes('D') ? ', and while the run waits' : ''}`
    case 'must-within':
      return moments.includes('X')
        ? 'the times of the receipts are judged at the claim'
        : 'nothing else once the time is over'
  }
}

function joined(predicates: readonly Predicate[]): string {
  return predicates.map(({ cel }) => cel).join('; ')
}
