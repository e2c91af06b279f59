import type { EffectReceipt } from '../../../schemas/door.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { AfterCheck } from '../../../schemas/plan.ts'
import { isUnder, targetOf } from './effects.ts'
import type { Said } from './judge-rule.ts'
import { idOf } from './rule-scope.ts'
import type { GuardedEffect, Seen } from './seen.ts'
import { bare, sameItem, sameSubject } from './subjects.ts'
import type { Subject } from './subjects.ts'
import { UNREADABLE } from './unreadable.ts'

interface Guarded {
  readonly guarded: GuardedEffect
  readonly item?: { readonly value: Json }
}

/** Form 3: each of these has happened before, on the same subject, and stands. */
export function judgeAfter(check: AfterCheck, at: Guarded, seen: Seen): Said[] {
  const about: Subject = { types: targetOf(at.guarded.effect, seen.effects), values: at.guarded.target }
  const matches = (other: Subject) => {
    if (check.each === undefined) return sameSubject(about, other)
    const type = check.each.itemType.kind === 'object' ? check.each.itemType.fields['id'] : undefined
    return type !== undefined && sameItem({ type: bare(type), value: idOf(at.item?.value ?? null) }, about, other)
  }
  return check.after.map((name) => {
    const said = isEffect(name, seen) ? byReceipt(name, matches, seen) : byReading(name, matches, seen)
    return { predicate: `after ${name}`, ...said }
  })
}

type Answer = Pick<Said, 'says' | 'observed'>
type Matches = (other: Subject) => boolean

function isEffect(name: string, { effects }: Seen): boolean {
  return Object.hasOwn(effects, name)
}

function byReceipt(name: string, matches: Matches, { run, effects }: Seen): Answer {
  if (run.effects === undefined) return { says: 'unknown', observed: UNREADABLE }
  const found = run.effects.filter(
    ({ effect, target }) =>
      isUnder(effect, [name], effects) && matches({ types: targetOf(effect, effects), values: target }),
  )
  const standing = found.filter(({ undone }) => !undone)
  const verified = standing.find(({ unverified }) => unverified !== true)
  if (verified !== undefined) return { says: 'true', observed: { [name]: shownReceipt(verified) } }
  if (standing.length > 0)
    return { says: 'unknown', observed: { [name]: { unknown: 'nobody could read back that it happened' } } }
  const takenBack = found.find(({ undone }) => undone)
  const missing = takenBack === undefined ? 'no receipt on this subject' : 'taken back since'
  return { says: 'false', observed: { [name]: missing } }
}

function shownReceipt({ step, at }: EffectReceipt): JsonObject {
  return { step, at }
}

/** A reading that failed shows that somebody looked, and not what there was: whether that is enough, nobody can say. */
function byReading(name: string, matches: Matches, { taken, contracts }: Seen): Answer {
  const contract = Object.hasOwn(contracts, name) ? contracts[name] : undefined
  if (taken === undefined || contract === undefined)
    return { says: 'unknown', observed: { [name]: { unknown: 'nobody can say which readings this run has taken' } } }
  const found = taken.filter(
    ({ action, input }) => action === name && matches({ types: contract.input.fields, values: input }),
  )
  const whole = found.find(({ unknown, value }) => unknown === undefined && value !== undefined)
  if (whole !== undefined) return { says: 'true', observed: { [name]: shownReading(whole) } }
  if (found.length > 0) return { says: 'unknown', observed: { [name]: { unknown: 'it was read, and is unknown' } } }
  return { says: 'false', observed: { [name]: 'not read on this subject' } }
}

function shownReading({ fact, readAt }: FactRecord): JsonObject {
  return { fact, readAt }
}
