import { claimRecordSchema } from '../schemas/evidence.ts'
import type { ClaimRecord } from '../schemas/evidence.ts'
import type { ClaimResult } from '../schemas/run.ts'
import { parseCanonical } from './parse-canonical.ts'

/** The name of the intake file of one attempt to claim something. */
export function claimName(activity: string, attempt: number): string {
  return `${activity}@${attempt}.claim.json`
}

/**
 * Whether the worker recorded that it said the claims of this outcome, in the file that the result names. What Temporal tells of
 * a claim is not enough: anybody who reaches it can complete an activity (G25).
 */
export function isRecorded(
  { runId, intake }: { readonly runId: string; readonly intake: ReadonlyMap<string, Buffer> },
  { outcome, result }: { readonly outcome: string; readonly result: ClaimResult },
): boolean {
  const records = Object.keys(result.evidence).map((name) => readClaim(intake.get(name)))
  return records.some((record) => record?.runId === runId && record.outcome === outcome && record.denial === undefined)
}

/** Many entries may name one record, which never changes. */
const read = new WeakMap<Buffer, ClaimRecord | 'none'>()

/** Reads the record of a claim; undefined where the bytes are none. */
export function readClaim(bytes: Buffer | undefined): ClaimRecord | undefined {
  if (bytes === undefined) return undefined
  const record = read.get(bytes) ?? parsedOrNone(bytes)
  read.set(bytes, record)
  return record === 'none' ? undefined : record
}

function parsedOrNone(bytes: Buffer): ClaimRecord | 'none' {
  try {
    return claimRecordSchema.parse(parseCanonical(bytes, 'the record of a claim'))
  } catch {
    return 'none'
  }
}
