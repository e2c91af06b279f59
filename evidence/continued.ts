import { claimedRecordSchema, continuedRecordSchema } from '../schemas/evidence.ts'
import type { ClaimedRecord, ContinuedRecord } from '../schemas/evidence.ts'
import { parseCanonical } from './parse-canonical.ts'

/** The intake file of what an execution handed over to the next one. */
export function continuedName(number: number): string {
  return `continued-${number}.json`
}

/** The intake file that says which execution took it over. */
export function claimedName(number: number): string {
  return `claimed-${number}.json`
}

/** Reads what was handed over; throws where the bytes are none of it. */
export function parseContinued(bytes: Buffer): ContinuedRecord {
  return continuedRecordSchema.parse(parseCanonical(bytes, 'what an execution handed over'))
}

/** Reads who took a run over; throws where the bytes do not say so. */
export function parseClaimed(bytes: Buffer): ClaimedRecord {
  return claimedRecordSchema.parse(parseCanonical(bytes, 'who took the run over'))
}
