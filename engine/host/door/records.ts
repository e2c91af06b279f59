import { effectFiles, recordEffect } from '../../../evidence/effects.ts'
import type { EffectKind, EffectRecords, PassFiles } from '../../../evidence/effects.ts'
import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import { parseStart, STARTED } from '../../../evidence/start.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { Receipt, StartRecord } from '../../../schemas/evidence.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, EvidenceRefs } from '../../../schemas/run.ts'
import type { Arrived } from './arrive.ts'
import type { Pass } from './open.ts'

/** The first record of a run, where there is one. */
export async function readStart(store: EvidenceStore, runId: string): Promise<StartRecord | undefined> {
  const bytes = await store.read(runId, STARTED)
  return bytes === undefined ? undefined : parseStart(bytes)
}

/** What a step has done, by its receipt. */
export type DoneStep = Pick<Receipt, 'output' | 'effects'>

/** The steps of a run that have receipts: the authority on what it did (G15). */
export async function doneSteps(store: EvidenceStore, runId: string, plan: Plan): Promise<Map<string, DoneStep>> {
  const done = new Map<string, DoneStep>()
  for (const step of plan.steps) {
    if (step.kind !== 'do') continue
    const receipted = (await effectFiles(store, runId, step.id)).find(({ receipt }) => receipt !== undefined)
    if (receipted?.receipt !== undefined) done.set(step.id, receipted.receipt.value)
  }
  return done
}

/** All passes of a step so far, oldest first. */
export async function passesOf({ seam, admission, step }: Arrived): Promise<PassFiles[]> {
  return effectFiles(seam.host.store, admission.runId, step.id)
}

/** The fields that every record of this pass has. */
export function frameOf({ admission, step, seam }: Arrived): {
  runId: string
  step: string
  activity: string
  attempt: number
  at: string
} {
  return {
    runId: admission.runId,
    step: step.id,
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
