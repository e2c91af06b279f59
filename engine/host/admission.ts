import { jsonBytes, sha256 } from '../../evidence/digest.ts'
import { publicKeyOf, signJson } from '../../evidence/keys.ts'
import type { PublicKey, Signer } from '../../evidence/keys.ts'
import { takenIn, takenWords } from '../../evidence/taken.ts'
import { startOf } from './door/records.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Admission, AttestedFact, SignedAdmission, SignedVote, Vote } from '../../schemas/run.ts'
import { RecentWords } from './recent-words.ts'
import { currentExecution } from './executions.ts'
import type { Host } from './host.ts'

/** The workflow execution in which something is asked. */
export interface Execution {
  readonly namespace: string
  readonly workflowId: string
  readonly temporalRunId: string
}

/** So many verified signatures are kept in mind. */
const MOST_VERIFIED = 10_000

/** Signs and checks what only this installation may say: admissions, votes that it took, readings that it made (G25). */
export class AdmissionKeys {
  readonly #signer: Signer
  readonly #trusted: readonly PublicKey[]
  /** What was verified before, by the bytes' digest and the signature: each step shows the same admission and facts again. */
  readonly #verified = new RecentWords(MOST_VERIFIED)

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

  /** A vote that its person has signed is taken with that signature: nobody can put another in its place. */
  async take(vote: Vote, ssh?: SignedVote['ssh']): Promise<SignedVote> {
    const given = ssh === undefined ? { vote } : { vote, ssh }
    return { ...given, ...(await signJson(this.#signer, takenWords(given))) }
  }

  async attest(runId: string, activity: string, record: FactRecord): Promise<AttestedFact> {
    const signed = await signJson(this.#signer, attested(runId, activity, record))
    this.#verified.add(seen(jsonBytes(attested(runId, activity, record)), signed.signature))
    return { record, activity, ...signed }
  }

  admitted({ admission, signature }: SignedAdmission): boolean {
    return admission.type === 'runproof.admission.v1' && this.#holds(admission, signature)
  }

  taken(signed: SignedVote): boolean {
    const { vote, signature } = signed
    return vote.type === 'runproof.vote.v1' && takenIn(signed, (words) => this.#holds(words, signature)) !== undefined
  }

  readHere(runId: string, { record, activity, signature }: AttestedFact): boolean {
    return this.#holds(attested(runId, activity, record), signature)
  }

  #holds(value: unknown, signature: string): boolean {
    const bytes = jsonBytes(value)
    const word = seen(bytes, signature)
    if (this.#verified.has(word)) return true
    const signed = Buffer.from(signature, 'base64')
    const holds = this.#trusted.some((key) => key.verify(bytes, signed))
    if (holds) this.#verified.add(word)
    return holds
  }
}

function seen(bytes: Uint8Array, signature: string): string {
  return `${sha256(bytes)} ${signature}`
}

function attested(runId: string, activity: string, record: FactRecord): object {
  return { type: 'runproof.fact.v1', runId, activity, record }
}

/** What a request of a workflow rests on, or why it is none of ours. */
export type Admitted = { readonly admission: Admission; readonly plan: Plan } | { readonly foreign: string }

/** The Plan versions that this host can carry out. */
const PLAN_VERSIONS: readonly number[] = [1, 2]

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
  const start = await startOf(host.store, admitted.admission.runId)
  if (start === undefined) return { foreign: 'this run was never recorded as started' }
  if (!start.admitted) return { foreign: 'this run was refused' }
  if ((await currentExecution(host.store, start)) !== execution.temporalRunId)
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
  if (!PLAN_VERSIONS.includes(version))
    return { foreign: `this worker carries out Plans of version ${PLAN_VERSIONS.join(' and ')}, not ${version}` }
  return { admission, plan }
}
