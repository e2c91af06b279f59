import { publicKeyOf, signJson, verifyJson } from '../../evidence/keys.ts'
import type { PublicKey, Signer } from '../../evidence/keys.ts'
import { readStart } from './door/records.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Admission, AttestedFact, SignedAdmission, SignedVote, Vote } from '../../schemas/run.ts'
import type { Host } from './host.ts'

/** The workflow execution in which something is asked. */
export interface Execution {
  readonly namespace: string
  readonly workflowId: string
  readonly temporalRunId: string
}

/** Signs and checks what only this installation may say: admissions, votes that it took, readings that it made (G25). */
export class AdmissionKeys {
  readonly #signer: Signer
  readonly #trusted: readonly PublicKey[]

  constructor(signer: Signer) {
    this.#signer = signer
    this.#trusted = [publicKeyOf(signer.publicPem, 'the admission key')]
  }

  get publicPem(): string {
    return this.#signer.publicPem
  }

  async admit(admission: Admission): Promise<SignedAdmission> {
    return { admission, ...(await signJson(this.#signer, admission)) }
  }

  async take(vote: Vote): Promise<SignedVote> {
    return { vote, ...(await signJson(this.#signer, vote)) }
  }

  async attest(runId: string, activity: string, record: FactRecord): Promise<AttestedFact> {
    return { record, activity, ...(await signJson(this.#signer, attested(runId, activity, record))) }
  }

  admitted({ admission, signature }: SignedAdmission): boolean {
    return admission.type === 'runproof.admission.v1' && this.#holds(admission, signature)
  }

  taken({ vote, signature }: SignedVote): boolean {
    return vote.type === 'runproof.vote.v1' && this.#holds(vote, signature)
  }

  readHere(runId: string, { record, activity, signature }: AttestedFact): boolean {
    return this.#holds(attested(runId, activity, record), signature)
  }

  #holds(value: unknown, signature: string): boolean {
    return verifyJson(this.#trusted, value, signature) !== undefined
  }
}

function attested(runId: string, activity: string, record: FactRecord): object {
  return { type: 'runproof.fact.v1', runId, activity, record }
}

/** What a request of a workflow rests on, or why it is none of ours. */
export type Admitted = { readonly admission: Admission; readonly plan: Plan } | { readonly foreign: string }

/** The newest Plan version that this host can carry out. */
const PLAN_VERSION = 1

/**
 * The admitted Plan behind a request. Temporal is not believed (G25): the admission must be signed here, for this very
 * workflow, recorded as started by this very execution, and its Plan must be one that this installation has kept.
 */
export async function admittedPlan(
  signed: SignedAdmission,
  execution: Execution,
  host: Pick<Host, 'keys' | 'plans' | 'store'>,
): Promise<Admitted> {
  const admitted = await admittedHere(signed, execution, host)
  if ('foreign' in admitted) return admitted
  const start = await readStart(host.store, admitted.admission.runId)
  if (start === undefined) return { foreign: 'this run was never recorded as started' }
  if (!start.admitted) return { foreign: 'this run was refused' }
  if (start.workflow.temporalRunId !== execution.temporalRunId)
    return { foreign: 'another execution was started for this admission: an admission is for one' }
  return admitted
}

/** The same, for the activity that records the start. */
export async function admittedHere(
  signed: SignedAdmission,
  execution: Execution,
  host: Pick<Host, 'keys' | 'plans'>,
): Promise<Admitted> {
  if (!host.keys.admitted(signed)) return { foreign: 'this run was not admitted by this installation' }
  const { admission } = signed
  if (admission.workflowId !== execution.workflowId) return { foreign: 'this admission is for another workflow' }
  const plan = await host.plans.find(admission.planDigest)
  if (plan === undefined) return { foreign: `the Plan ${admission.planDigest} is not one of this installation` }
  const version: number = plan.planVersion
  if (version !== PLAN_VERSION)
    return { foreign: `this worker carries out Plans of version ${PLAN_VERSION}, not ${version}` }
  return { admission, plan }
}
