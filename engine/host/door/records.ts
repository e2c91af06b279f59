import { effectFiles, recordEffect } from '../../../evidence/effects.ts'
import type { EffectKind, EffectRecords, PassFiles } from '../../../evidence/effects.ts'
import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import { parseStart, STARTED } from '../../../evidence/start.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { Receipt, StartRecord } from '../../../schemas/evidence.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Denial, EvidenceRefs } from '../../../schemas/run.ts'
import type { Arrived } from './arrive.ts'
import type { Pass } from './open.ts'

/** The first record of a run, where there is one. */
export async function readStart(store: EvidenceStore, runId: string): Promise<StartRecord | undefined> {
  const bytes = await store.read(runId, STARTED)
  return bytes === undefined ? undefined : parseStart(bytes)
}

const starts = new WeakMap<EvidenceStore, Map<string, StartRecord>>()

/** So many starts are kept in mind. */
const MOST_STARTS = 1_000

/** The same, read once for as long as it is kept in mind: a record never changes. */
export async function startOf(store: EvidenceStore, runId: string): Promise<StartRecord | undefined> {
  const known = starts.get(store) ?? new Map<string, StartRecord>()
  starts.set(store, known)
  const start = known.get(runId) ?? (await readStart(store, runId))
  if (start === undefined) return undefined
  known.set(runId, start)
  const [oldest] = known.keys()
  if (known.size > MOST_STARTS && oldest !== undefined) known.delete(oldest)
  return start
}

/** What an instance has done, by its receipt. */
export type DoneStep = Pick<Receipt, 'output' | 'effects' | 'at'>

/** All passes of an instance so far, oldest first. */
export async function passesOf({ seam, admission, id }: Arrived): Promise<PassFiles[]> {
  return effectFiles(seam.host.store, admission.runId, id)
}

/** The fields that every record of this pass has. */
export function frameOf({ admission, id, seam }: Arrived): {
  runId: string
  step: string
  activity: string
  attempt: number
  at: string
} {
  return {
    runId: admission.runId,
    step: id,
    activity: seam.activity,
    attempt: seam.attempt,
    at: new Date().toISOString(),
  }
}

/** Records one file of this pass, and answers with its name and digest as they go back through the history. */
export async function record<K extends EffectKind>(
  { seam }: Arrived,
  kind: K,
  value: EffectRecords[K],
): Promise<{ digest: string; refs: EvidenceRefs }> {
  const { name, digest } = await recordEffect(seam.host.store, kind, value)
  return { digest, refs: { [name]: digest } }
}

/** Without a store that takes the intent, nothing is done (G5). */
export function noIntent(error: EvidenceUnavailable): Denial {
  const message = `no intent, no effect: ${error.message}`
  return { by: 'evidence', unknown: false, message, verdicts: [], next: error.hint }
}

/** Records a denial; where the store takes nothing, the denial stands all the same, in the history alone. */
export async function recordDenial(
  pass: Pass,
  denied: { readonly denial: Denial; readonly facts: readonly FactRecord[] },
): Promise<EvidenceRefs> {
  try {
    return (await record(pass, 'denial', { ...frameOf(pass), input: pass.input, ...denied })).refs
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return {}
    throw error
  }
}
