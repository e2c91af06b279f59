import { startRecordSchema } from '../schemas/evidence.ts'
import type { StartRecord } from '../schemas/evidence.ts'
import { parseCanonical } from './parse-canonical.ts'

/** The intake file without which nothing is sealed. */
export const STARTED = 'started.json'

/** Reads `started.json`; throws where the bytes are none. */
export function parseStart(bytes: Buffer): StartRecord {
  return startRecordSchema.parse(parseCanonical(bytes, STARTED))
}
