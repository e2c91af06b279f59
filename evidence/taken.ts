import type { SignedVote } from '../schemas/run.ts'
import { verifyJson } from './keys.ts'
import type { PublicKey } from './keys.ts'

/** How much of a vote the installation has signed: all of it, or its words without the signature of their person. */
export type Taken = 'whole' | 'words'

/** What of a vote has the installation's signature over it. */
type Given = Pick<SignedVote, 'vote' | 'ssh'>

/** What an installation signs when it takes a vote: its words, and where a person has signed these, that signature too. */
export function takenWords({ vote, ssh }: Given): object {
  return ssh === undefined ? vote : { type: 'runproof.taken.v1', vote, ssh }
}

/**
 * Whether an installation has taken a vote. The first votes that people signed were taken by their words alone: nobody can make such a
 * one of a vote that was taken whole, since the installation never signed its words alone.
 */
export function takenIn(signed: Given, holds: (words: object) => boolean): Taken | undefined {
  if (holds(takenWords(signed))) return 'whole'
  return signed.ssh !== undefined && holds(signed.vote) ? 'words' : undefined
}

/** The same, by the keys of whoever may take votes. */
export function takenBy(keys: readonly PublicKey[], signed: SignedVote): Taken | undefined {
  return takenIn(signed, (words) => verifyJson(keys, words, signed.signature) !== undefined)
}
