import type { OnlyFromCheck } from '../../../schemas/plan.ts'
import { targetOf } from './effects.ts'
import type { Said } from './judge-rule.ts'
import type { GuardedEffect, Seen } from './seen.ts'
import { sourcesOf } from './sources.ts'
import type { Origin } from './sources.ts'

/** Form 4: these fields of the target, and every choice on the way to the step, come from these readings and from nothing else. */
export function judgeOnlyFrom(check: OnlyFromCheck, { effect }: GuardedEffect, { way, effects }: Seen): Said[] {
  const target = targetOf(effect, effects)
  return check.input.flatMap((field): Said[] => {
    const type = Object.hasOwn(target, field) ? target[field] : undefined
    if (type === undefined) return []
    const predicate = `${field} only from ${check.onlyFrom.join(', ')}`
    const origins = way && sourcesOf(way.plan, way.at, { effect, field, type })
    if (origins === undefined)
      return [{ predicate, says: 'unknown', observed: { [field]: { unknown: 'nobody can say where it comes from' } } }]
    const strangers = strangersIn(origins, check.onlyFrom)
    const observed = { [field]: (strangers.length > 0 ? strangers : origins).map(describeOrigin) }
    return [{ predicate, says: strangers.length === 0 ? 'true' : 'false', observed }]
  })
}

/** What does not come from these readings. */
export function strangersIn(origins: readonly Origin[], readings: readonly string[]): Origin[] {
  return origins.filter(({ kind, name }) => kind !== 'reading' || !readings.includes(name))
}

/** An origin in the words of a reader. */
export function describeOrigin({ kind, name }: Origin): string {
  switch (kind) {
    case 'reading':
      return name
    case 'input':
      return `the input ${name}`
    case 'literal':
      return `the literal ${name}`
    case 'policy':
      return `the policy value ${name}`
    case 'run':
      return `run.${name}`
    case 'answer':
      return `what people answer at ${name}`
    case 'output':
      return `the output of ${name}`
    case 'result':
      return `how ${name} ends`
  }
}
