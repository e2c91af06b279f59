import { canonical } from '../../../schemas/canonical.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { DoStep, Operands } from '../../../schemas/plan.ts'
import type { AttestedFact } from '../../../schemas/run.ts'
import { resolveOperands } from '../../core/operand.ts'
import type { Claimed } from './claimed.ts'
import { strangeFact } from './grounds-facts.ts'
import { around, callers, instanceAt, locate, stepsAt } from './instance.ts'
import type { Instance, Level } from './instance.ts'
import type { Known } from './known.ts'
import { premiseBehind } from './premise-behind.ts'
import { undoneTooEarly } from './undo-order.ts'
import { Way } from './way.ts'

/** A request for an effect of an instance, or for its undo. */
export interface Requested extends Claimed {
  readonly instance: Instance & { readonly step: DoStep }
  readonly undo: boolean
  readonly input: JsonObject
}

/**
 * Follows the way to an effect again, on facts that were attested here, votes that were taken here and receipts: so that no
 * activity, decision or approval that somebody completed by hand in Temporal leads to an effect (G25). Answers with what does not
 * follow, or undefined.
 */
export function doesNotFollow(requested: Requested, known: Known): string | undefined {
  const strange = strangeFact(requested, requested.instance, known)
  if (strange !== undefined) return strange
  return requested.undo ? undoDoesNotFollow(requested, known) : effectDoesNotFollow(requested, known)
}

function effectDoesNotFollow(requested: Requested, known: Known): string | undefined {
  const { instance } = requested
  const way = new Way(requested, known)
  return (
    way.obstacleTo(instance) ??
    undoneAlready(requested) ??
    otherPremise(requested) ??
    otherInput(requested, instance.step.with, known)
  )
}

/** Only what has happened can be taken back, only as the Plan says, and the last first (G24). */
function undoDoesNotFollow(requested: Requested, known: Known): string | undefined {
  const { instance, done } = requested
  const { undo } = instance.step
  if (undo === undefined) return `\`${instance.id}\` has no undo`
  if (!done.has(instance.id)) return `there is no receipt of \`${instance.id}\`, which it would take back`
  return undoneTooEarly(instance, requested, known) ?? otherInput(requested, undo.with, known)
}

/** Once a run takes its steps back, it goes no further on that level, nor on those inside it. */
function undoneAlready({ instance, done, called }: Requested): string | undefined {
  const root = (callers(instance)[0] ?? instance).spot.level.plan
  const prefixes = [...callers(instance), instance].map(({ spot }) => spot.level.prefix)
  const undone = [...done].find(([id, { at }]) => {
    const located = locate(root, id)
    return located?.undo === true && prefixes.includes(stoppedLevel(located.instance.spot.level, { called, at }).prefix)
  })?.[0]
  return undone === undefined ? undefined : `the run is taking its steps back (\`${undone}\`)`
}

/** Whose stop takes a step back at this time: its own level's, or, where that had ended before, that of the caller. */
function stoppedLevel(level: Level, undone: Pick<Requested, 'called'> & { readonly at: string }): Level {
  const { caller } = level
  const ended = caller === undefined ? undefined : undone.called.get(caller.id)
  return caller === undefined || ended === undefined || undone.at < ended.at
    ? level
    : stoppedLevel(caller.spot.level, undone)
}

/** The value that the write expects is the one on which it was decided, not a later reading of it (G7). */
function otherPremise({ instance, grounds }: Requested): string | undefined {
  const behind = premiseBehind(instance)
  if (behind === undefined) return undefined
  const given = basisOf(behind.loop === undefined ? grounds.facts : grounds.lists?.[behind.loop], behind.fact)
  const other = [...restsOn(instance)].find((id) => {
    const basis = basisOf(grounds.decisions[id], behind.fact)
    return basis !== undefined && basis.signature !== given?.signature
  })
  return other === undefined ? undefined : `the decision \`${other}\` rested on another reading of \`${behind.fact}\``
}

function basisOf(basis: Readonly<Record<string, AttestedFact>> | undefined, fact: string): AttestedFact | undefined {
  return basis !== undefined && Object.hasOwn(basis, fact) ? basis[fact] : undefined
}

/** The instances on which a step rests at its own level, through conditions of conditions and of the blocks around it. */
function restsOn(instance: Instance): Set<string> {
  const found = new Set<string>()
  const follow = (at: Instance): void => {
    for (const { step: id } of at.step.when) {
      const seen = seenFrom(at, id)
      if (seen === undefined || found.has(seen.id)) continue
      found.add(seen.id)
      follow(seen)
    }
  }
  for (const at of [...around(instance), instance]) follow(at)
  return found
}

function seenFrom(at: Instance, id: string): Instance | undefined {
  for (const { spot } of [...around(at), at].reverse()) {
    const step = stepsAt(spot).find((other) => other.id === id)
    if (step !== undefined) return instanceAt(spot, step)
  }
  return undefined
}

/** The inputs must be what the Plan makes of the attested facts, decisions and receipts. */
function otherInput(
  { instance, grounds, input, undo }: Requested,
  operands: Operands,
  known: Known,
): string | undefined {
  const scope = known.scopeAt(instance, grounds.facts, undo ? 'with-its-output' : 'before-it')
  const resolved = resolveOperands(operands, scope)
  if ('unknown' in resolved) return `its inputs do not follow from the facts: ${resolved.unknown}`
  return same(resolved.input, input) ? undefined : 'its inputs are not what the Plan makes of the facts'
}

function same(one: Json, other: Json): boolean {
  return canonical(one) === canonical(other)
}
