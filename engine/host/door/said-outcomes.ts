import { readClaim } from '../../../evidence/claims.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'

/**
 * The outcome to which each call of a run has come, by the call's instance: a callee's claims were said, and are on record as
 * `<call>.<outcome>`.
 */
export async function saidOutcomes(store: EvidenceStore, runId: string): Promise<Map<string, string>> {
  const names = (await store.list(runId)).filter((name) => name.endsWith('.claim.json'))
  const records = await Promise.all(names.map(async (name) => readClaim(await store.read(runId, name))))
  const said = records.filter((record) => record?.runId === runId && record.denial === undefined)
  return new Map(said.flatMap((record) => outcomeOfCall(record?.outcome ?? '')))
}

function outcomeOfCall(outcome: string): [string, string][] {
  const end = outcome.lastIndexOf('.')
  return end < 0 ? [] : [[outcome.slice(0, end), outcome.slice(end + 1)]]
}
