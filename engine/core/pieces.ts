import type { Json } from '../../schemas/json.ts'
import type { ContinueRequest, Grounds, KeepRequest, SealRequest } from '../../schemas/run.ts'

/** So many characters are three times as many bytes at most: no piece comes near to what Temporal takes in one message. */
const PIECE = 300_000

/** What is too big to travel in one message lies in the evidence store, in pieces that are named by their digests. */
export interface InPieces {
  readonly pieces: readonly string[]
}

/** Keeps one piece ahead of the rest. Its number is 0, which no execution has. */
export interface KeepPieceRequest extends KeepRequest {
  readonly piece: string
}

/** Asks for a part of what was kept; without any of these, for the whole. */
export interface RecallPartRequest extends ContinueRequest {
  /** This piece, by its digest. */
  readonly piece?: string
  /** What was completed, without the grounds on which it would be taken back. */
  readonly light?: true
  /** Of what was completed, this one with its grounds. */
  readonly at?: number
  /** What was completed from this one on, as much of it as one answer takes; the answer names the `next` one, where there are more. */
  readonly from?: number
}

/** Asks for the sealing of a run whose outcome and entries are too big for one message: they lie in pieces. */
export type SealInPieces = Omit<SealRequest, 'outcome' | 'entries'> & InPieces

/** Temporal takes 2 MiB as the argument of an activity, with some bytes around it, and ends a run that asks for more. */
export const MOST_IN_A_REQUEST = 2_097_000

/** Does it lie in pieces? */
export function isInPieces(value: Json | undefined): value is { pieces: string[] } {
  const { pieces } = (value ?? {}) as { pieces?: Json }
  return Array.isArray(pieces) && pieces.every((piece) => typeof piece === 'string')
}

/** Grounds that travel by name: whoever needs them puts them together from the evidence store. */
export type GroundsInPieces = Grounds & InPieces

/** Are these grounds only named? */
export function areInPieces(grounds: Grounds): grounds is GroundsInPieces {
  return isInPieces(grounds as unknown as Json)
}

/** The text of grounds; what is the same for many effects comes first, so that its pieces are the same as well. */
export function textOfGrounds({ decisions, ...rest }: Grounds): string {
  return JSON.stringify({ decisions, ...rest })
}

/** Cuts a text; no piece begins or ends within a character. */
export function cut(text: string): string[] {
  const pieces: string[] = []
  for (let at = 0; at < text.length; at += pieces.at(-1)?.length ?? 0) {
    const end = at + PIECE
    pieces.push(text.slice(at, isSecondHalf(text.charCodeAt(end)) ? end - 1 : end))
  }
  return pieces
}

/** How many bytes a text has in UTF-8. */
export function bytesOf(text: string): number {
  let bytes = 0
  for (let at = 0; at < text.length; at += 1) bytes += bytesOfUnit(text.charCodeAt(at))
  return bytes
}

/** How many bytes a value has as JSON; none where there is no value. */
export function weightOf(value: unknown): number {
  return value === undefined ? 0 : bytesOf(JSON.stringify(value))
}

function bytesOfUnit(unit: number): number {
  if (unit < 0x80) return 1
  // Each half of a pair is two of the four bytes of a character.
  return unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
}

function isSecondHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff
}
