import type { SignedAdmission } from '../schemas/run.ts'
import { lookThroughBallot } from './ballot-lookup.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { jsonDigest, sameJson } from './digest.ts'
import { verifyJson } from './keys.ts'
import type { PublicKey } from './keys.ts'
import { isReading } from './record.ts'
import type { RunRecord } from './record.ts'

/** Whose signatures on admissions and votes count: the trusted keys, or the one that the sealing vouches for. */
export interface AdmissionTrust {
  readonly trusted: readonly PublicKey[] | undefined
  readonly vouchedFor: PublicKey | undefined
}

/**
 * The run was admitted, by a key that may admit, for this Plan, and started with just that admission; and so was every start that was
 * merged into it.
 */
export function checkAdmission(run: RunRecord, trust: AdmissionTrust): Check[] {
  const { admission, plan, intake } = run
  const { keyid } = trust.vouchedFor ?? { keyid: 'an unknown key' }
  return checked(
    'admission',
    `admitted by ${keyid}${trust.trusted === undefined ? ', for which the sealing vouches' : ''}`,
    [
      ...checkAdmitter({ admission }, trust),
      ...checkFurther(furtherIn(intake), trust),
      ...(jsonDigest(plan) === admission.admission.planDigest
        ? []
        : [problem('EV0503', 'the Plan is not the one that was admitted')]),
      ...(isStart(run) ? [] : [problem('EV0503', 'the run was not started with this admission')]),
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

/** The record of the start names just this admission, and the workflow whose history this is. */
function isStart({ admission: signed, started, history }: RunRecord): boolean {
  const { runId, workflowId, planDigest, catalogueDigest } = signed.admission
  const { workflow, ...told } = started
  return (
    told.admissionDigest === jsonDigest(signed) &&
    sameJson([told.runId, told.planDigest, told.catalogueDigest], [runId, planDigest, catalogueDigest]) &&
    workflow.workflowId === workflowId &&
    sameJson(workflow, history.workflow)
  )
}

/** A ballot that cannot be read is found where the records are held against each other. */
function furtherIn(intake: RunRecord['intake']): readonly SignedAdmission[] {
  try {
    return lookThroughBallot({ intake }).further
  } catch {
    return []
  }
}

function checkFurther(further: readonly SignedAdmission[], trust: AdmissionTrust): Problem[] {
  const strange = further.filter(
    ({ admission, signature }) => verifyJson(keysOf(trust), admission, signature) === undefined,
  )
  return strange.map(({ admission }) =>
    problem('EV0501', `the start ${admission.runId}, which was merged in, was not admitted by this installation`),
  )
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
