import type { Scenario } from '../../../schemas/scenario.ts'
import { differing } from '../../rehearsal/differences.ts'
import type { Difference, Ended } from '../../rehearsal/differences.ts'
import { isWitnessed } from './journal.ts'
import type { Played } from './play.ts'

/** How a run on the lab ended, in the terms in which every scenario is judged: what the platform itself has seen, too. */
export function endedOf({ state, sealed, journal, told, unfired }: Played): Ended {
  const outcome = { ...sealed.record.outcome, tell: told }
  return {
    outcome,
    state: { ...state, outcome, entries: sealed.record.entries },
    receipts: [...sealed.receipts, ...journal].map((effect) => ({ effect })),
    claimed: sealed.claimed,
    missing: [],
    unfired,
  }
}

/** What makes a play on the lab worth nothing: an incident that was refused, an effect that nobody would see, evidence in doubt. */
export function doubtsOf({ sealed, journal, refused }: Played, effects: readonly string[]): Difference[] {
  const unseen = effects.filter((effect) => !isWitnessed(effect) && !effect.startsWith('claim.'))
  const [receipts, seen] = [[...sealed.receipts].sort().join(', '), [...journal].sort().join(', ')]
  return [
    ...refused.map((what) => differing('scenario', 'what is to happen happens', `the platform ${what}`)),
    ...unseen.map((effect) => differing(`never.${effect}`, 'the platform tells whether it happened', 'it cannot')),
    ...sealed.faults.map((fault) => differing('scenario', 'its evidence verifies', fault)),
    ...(receipts === seen
      ? []
      : [differing('scenario', `receipts of what the platform saw: ${seen || 'nothing'}`, receipts || 'none')]),
  ]
}

/** The effects that a scenario is about. */
export function effectsOf({ expect, twin }: Scenario): string[] {
  return [...new Set([...expect.never, ...(twin?.harm ?? [])])]
}
