import { EvidenceUnavailable } from '../../evidence/errors.ts'
import { digestOf, jsonBytes } from '../../evidence/digest.ts'
import type { EvidenceStore } from '../../evidence/store.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Json } from '../../schemas/json.ts'

/** A value that is larger, as canonical JSON, travels nowhere: Temporal would refuse a history that carries many such. */
export const LARGEST_VALUE = 256 * 1024

/** A value that is too large, as it was kept: whole, in the evidence of the run, by its digest. */
export interface Spilled {
  readonly digest: string
  readonly size: number
}

/** A reading that is too large to decide on is unknown (G10); what was read lies whole in the evidence. */
export async function withinSize(record: FactRecord, store: EvidenceStore, runId: string): Promise<FactRecord> {
  const spilled = record.value === undefined ? undefined : await spillLarge(record.value, store, runId)
  if (spilled === undefined) return record
  const { value: _large, ...rest } = record
  const detail = `${Math.ceil(spilled.size / 1024)} kB, and ${LARGEST_VALUE / 1024} kB are the most; it is kept as ${spilled.digest}`
  return { ...rest, unknown: { reason: 'too-large', detail } }
}

/** Keeps a value that is too large; undefined where it is not. A store that takes nothing leaves the digest alone. */
export async function spillLarge(value: Json, store: EvidenceStore, runId: string): Promise<Spilled | undefined> {
  if (JSON.stringify(value).length * 3 <= LARGEST_VALUE) return undefined
  const bytes = jsonBytes(value)
  if (bytes.length <= LARGEST_VALUE) return undefined
  const digest = digestOf(bytes)
  await store.putOnce(runId, `spilled-${digest.replace('sha256:', '')}.json`, bytes).catch(unlessAway)
  return { digest, size: bytes.length }
}

function unlessAway(error: unknown): void {
  if (!(error instanceof EvidenceUnavailable)) throw error
}
