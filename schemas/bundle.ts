import { z } from 'zod'
import type { WorkflowRef } from './evidence.ts'
import { record } from './evidence.ts'
import type { OutcomeKind, Plan } from './plan.ts'
import type { SealRequest } from './run.ts'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const hex = z.string().regex(/^[0-9a-f]{64}$/)
const name = z.string().min(1).max(200)

/** Who holds the sealing key: the user that runs the steps, another user, or another machine (G27). */
export type Custody = 'same-user' | 'other-user' | 'external'

interface Sha256 {
  readonly sha256: string
}

/** The predicate of a run's Statement. It can never change its meaning: a new meaning is a new type. */
export const PREDICATE_TYPE = 'urn:runproof:attestation:run:v1'

/** What the Statement says of a run: small, since everything else is in the files that it binds. */
export interface RunPredicate {
  readonly runId: string
  readonly workflow: WorkflowRef
  readonly runbook: { readonly name: string; readonly digest: Sha256 }
  readonly planDigest: Sha256
  readonly catalogueDigest: Sha256
  readonly invokedBy: string
  /** `contradicted` where the run's own records disagree, whatever the run said of itself. */
  readonly outcome: OutcomeKind | 'contradicted'
  /** The outcome's name in the runbook. */
  readonly outcomeName: string
  readonly claims: readonly string[]
  readonly startedOn: string
  readonly finishedOn: string
  readonly steps: { readonly count: number; readonly head: string }
  readonly history: { readonly lastEventId: number; readonly digest: Sha256; readonly form: 'decoded' }
  readonly signer: { readonly custody: Custody }
  /** No log of runs exists yet. */
  readonly log: null
  /** What could not be recorded, in words. */
  readonly gaps: readonly string[]
  readonly contradictions: readonly string[]
}

/** An in-toto Statement v1 about one run. */
export interface Statement {
  readonly _type: string
  readonly subject: readonly { readonly name: string; readonly digest: Sha256 }[]
  readonly predicateType: string
  readonly predicate: RunPredicate
}

export const statementSchema = record<Statement>({
  _type: z.string(),
  subject: z.array(z.object({ name, digest: z.object({ sha256: hex }) })).length(1),
  predicateType: z.string(),
  predicate: z.looseObject({
    runId: name,
    outcome: z.string(),
    finishedOn: z.string(),
    steps: z.object({ count: z.int().min(0), head: hex }),
    signer: z.object({ custody: z.enum(['same-user', 'other-user', 'external']) }),
    gaps: z.array(z.string()),
    contradictions: z.array(z.string()),
  }),
})

/** The attestation file: a Sigstore bundle v0.3 around a DSSE envelope, its key named by a hint. */
export const ATTESTATION_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json'

export const attestationSchema = z.object({
  mediaType: z.literal(ATTESTATION_TYPE),
  dsseEnvelope: z.object({
    payload: z.base64(),
    payloadType: z.string(),
    signatures: z.array(z.object({ sig: z.base64() })).length(1),
  }),
})

/** `data/run.json`: who asked for what, and how it ended. */
export type RunFile = Pick<SealRequest, 'admission' | 'outcome' | 'startedAt' | 'finishedAt'>

export const runFileSchema = record<RunFile>({
  admission: z.looseObject({
    admission: z.looseObject({
      runId: name,
      workflowId: z.string(),
      runbook: z.string(),
      planDigest: digest,
      catalogueDigest: z.string(),
      trigger: z.looseObject({ kind: z.enum(['person', 'alert', 'schedule']) }),
    }),
    keyid: z.string(),
    signature: z.base64(),
  }),
  outcome: z.looseObject({ name, as: z.string(), claims: z.array(z.string()) }),
  startedAt: z.string(),
  finishedAt: z.string(),
})

/** The part of `data/plan.json` that evidence relies upon. */
export const planFileSchema = record<Plan>({
  runbook: z.looseObject({ id: name, file: z.looseObject({ digest: z.string() }) }),
  catalogueDigest: z.string(),
})
