import { readClaim } from '../../../evidence/claims.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { ClaimRecord } from '../../../schemas/evidence.ts'

/** How a called runbook has ended, and when that was said. */
export interface SaidEnd {
  readonly outcome: string
  /** RFC 3339, host clock. */
  readonly at: string
}

/**
 * The outcome to which each call of a run has come, by the call's instance: a callee's claims were said, and are on record as
 * `<call>.<outcome>`. Where a conflict has sent the run back, the newest counts.
 */
export async function saidOutcomes(store: EvidenceStore, runId: string): Promise<Map<string, SaidEnd>> {
  const names = (await store.list(runId)).filter((name) => name.endsWith('.claim.json'))
  const records = await Promise.all(names.map(async (name) => readClaim(await store.read(runId, name))))
  const said = records.filter((record) => record?.runId === runId && record.denial === undefined)
  const ordered = said.flatMap((record) => record ?? []).sort((a, b) => (a.at < b.at ? -1 : 1))
  return new Map(ordered.flatMap(outcomeOfCall))
}

function outcomeOfCall({ outcome, at }: ClaimRecord): [string, SaidEnd][] {
  const end = outcome.lastIndexOf('.')
  return end < 0 ? [] : [[outcome.slice(0, end), { outcome: outcome.slice(end + 1), at }]]
}
