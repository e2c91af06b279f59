import { furtherName } from '../../../evidence/ballot.ts'
import { jsonBytes } from '../../../evidence/digest.ts'
import { isFurther } from '../../../evidence/further.ts'
import { STARTED } from '../../../evidence/start.ts'
import type { EvidenceStore } from '../../../evidence/store.ts'
import type { SignedAdmission, TriggerCheck } from '../../../schemas/run.ts'
import type { Host } from '../host.ts'

/**
 * Whether a further start was admitted here for this very run; recorded, so that who asked is excluded from the votes. Everybody who
 * reads a history knows the admissions of earlier runs of the key: a person's is good for one run, which it started or met.
 */
export async function checkTrigger(
  { admission, further }: TriggerCheck,
  { keys, store }: Pick<Host, 'keys' | 'store'>,
): Promise<boolean> {
  const { runId } = admission.admission
  if (!keys.admitted(admission) || !keys.admitted(further)) return false
  if (!isFurther(further.admission, admission.admission)) return false
  if (further.admission.trigger.kind === 'person' && !(await isUnused(store, further, runId))) return false
  await store.putOnce(runId, furtherName(further), jsonBytes(further))
  return true
}

/** It has started no run of its own, and was taken by no other. From now on, it is this run's. */
async function isUnused(store: EvidenceStore, { admission }: SignedAdmission, into: string): Promise<boolean> {
  if ((await store.read(admission.runId, STARTED)) !== undefined) return false
  const { record } = await store.claimOccurrence(`start|${admission.runId}`, { runId: into })
  return (record as { readonly runId?: unknown } | null)?.runId === into
}
