import type { Denial, SignedVote } from '../../schemas/run.ts'
import type { Question } from './ports.ts'
import type { Run } from './run.ts'

/**
 * A step that waits, as data: where the run goes on in another execution, it goes on waiting there, until the same moment, and knows
 * what it was told. Moments are milliseconds of the run's clock.
 */
export type Wait = Expecting | Asked

/** A step that waits for facts. */
export interface Expecting {
  readonly kind: 'expectation'
  readonly until: number
  /** When the rules of an interval were looked at last. */
  looked: number
  rounds: number
  heldSince?: number
  /** When the facts are read next; absent: now. */
  next?: number
  /** What there is to say of the effect before it. */
  readonly detail?: string
}

/** A step that waits for people. */
export interface Asked {
  readonly kind: 'question'
  /** How often the step has asked so far. */
  readonly time: number
  readonly until: number
  looked: number
  /** Those that were counted. */
  readonly answers: SignedVote[]
  readonly choices?: NonNullable<Question['choices']>
  /** What people are asked to override. */
  readonly denied?: Denial
}

/** The question that this instance has asked, and that is still open. */
export function askedBefore({ waits }: Run, instance: string): Asked | undefined {
  const wait = waits.get(instance)
  return wait?.kind === 'question' ? wait : undefined
}

/** The expectation that this instance waits for. */
export function expectedBefore({ waits }: Run, instance: string): Expecting | undefined {
  const wait = waits.get(instance)
  return wait?.kind === 'expectation' ? wait : undefined
}

/** There are news: every step that waits for facts reads them again at once. */
export function lookAgain(run: Run): void {
  for (const wait of run.waits.values()) if (wait.kind === 'expectation') delete wait.next
  for (const place of run.inside.values()) lookAgain(place)
}
