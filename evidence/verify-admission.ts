import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { jsonDigest } from './digest.ts'
import { verifyJson } from './keys.ts'
import type { PublicKey } from './keys.ts'
import { isReading } from './record.ts'
import type { RunRecord } from './record.ts'

/** Whose signatures on admissions and votes count: the trusted keys, or the one that the sealing vouches for. */
export interface AdmissionTrust {
  readonly trusted: readonly PublicKey[] | undefined
  readonly vouchedFor: PublicKey | undefined
}

/** The run was admitted, by a key that may admit, for this Plan, and started with just that admission. */
export function checkAdmission({ admission, plan, started }: RunRecord, trust: AdmissionTrust): Check[] {
  const { keyid } = trust.vouchedFor ?? { keyid: 'an unknown key' }
  const sealed = started.admissionDigest === jsonDigest(admission) && started.runId === admission.admission.runId
  return checked(
    'admission',
    `admitted by ${keyid}${trust.trusted === undefined ? ', for which the sealing vouches' : ''}`,
    [
      ...checkAdmitter({ admission }, trust),
      ...(jsonDigest(plan) === admission.admission.planDigest
        ? []
        : [problem('EV0503', 'the Plan is not the one that was admitted')]),
      ...(sealed ? [] : [problem('EV0503', 'the run was not started with this admission')]),
    ],
  )
}

function checkAdmitter(
  { admission }: Pick<RunRecord, 'admission'>,
  { trusted, vouchedFor }: AdmissionTrust,
): Problem[] {
  const signedBy = (keys: readonly PublicKey[]) =>
    verifyJson(keys, admission.admission, admission.signature) !== undefined
  const own = vouchedFor === undefined ? [] : [vouchedFor]
  if (signedBy(trusted ?? own)) return []
  if (signedBy(own)) return [problem('EV0502', `the admission is signed by ${vouchedFor?.keyid}, which is not trusted`)]
  return [problem('EV0501', 'the admission’s signature does not hold')]
}

/** Every reading was taken by a worker of the installation that admitted the run, in this run. */
export function checkReadings({ history, admission }: RunRecord, trust: AdmissionTrust): Check[] {
  const { runId } = admission.admission
  const readings = history.activities.filter(isReading)
  const fallen = readings.filter(({ activityId, result: { record, activity, signature } }) => {
    const signed = { type: 'runproof.fact.v1', runId, activity: activityId, record }
    return activity !== activityId || verifyJson(keysOf(trust), signed, signature) === undefined
  })
  const problems = fallen.map(({ activityId }) => problem('EV0505', `reading ${activityId} is not signed for this run`))
  return checked('readings', `${readings.length} readings, signed`, problems)
}

/** The keys whose signatures count. */
export function keysOf({ trusted, vouchedFor }: AdmissionTrust): readonly PublicKey[] {
  return trusted ?? (vouchedFor === undefined ? [] : [vouchedFor])
}

function problem(code: Problem['code'], text: string): Problem {
  return { code, text }
}
