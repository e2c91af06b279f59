import { z } from 'zod'
import { record } from './evidence.ts'
import type { SignedAdmission } from './admission.ts'
import type { OptionsRecord } from './door.ts'
import type { QuestionRecord, SignedVote, VoteRecord } from './vote.ts'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const name = z.string().min(1).max(220)

/** `question-<step>-<time>.json`: a question as it was asked. */
export const questionSchema = record<QuestionRecord>({
  runId: name,
  planDigest: digest,
  step: name,
  time: z.int().min(1),
  kind: z.enum(['approve', 'ask', 'override', 'propose']),
  text: z.string(),
  who: z.array(name),
  until: z.iso.datetime(),
  shown: z.looseObject({}),
})

const signedVoteSchema = record<SignedVote>({
  vote: z.looseObject({
    type: z.literal('runproof.vote.v1'),
    runId: name,
    step: name,
    planDigest: z.string(),
    factsDigest: z.string(),
    decision: z.enum(['approve', 'reject', 'choose', 'override']),
    role: z.string(),
    by: z.looseObject({ user: z.string(), host: z.string(), assurance: z.enum(['self-asserted', 'signed']) }),
    nonce: z.string(),
    votedAt: z.string(),
  }),
  keyid: z.string(),
  signature: z.string(),
  ssh: z.looseObject({ principal: z.string(), signature: z.string() }).optional(),
})

/** `vote-<digest>.json`: a vote as it came, with the verdict. */
export const voteRecordSchema = record<VoteRecord>({
  signed: signedVoteSchema,
  verdict: z.looseObject({ counted: z.boolean(), why: z.string().optional() }),
  at: z.string(),
  receivedAt: z.iso.datetime().optional(),
})

/** `trigger-<digest>.json`: a further start that was merged into the run. */
export const signedAdmissionSchema = record<SignedAdmission>({
  admission: z.looseObject({ runId: name, workflowId: z.string(), trigger: z.looseObject({ kind: z.string() }) }),
  keyid: z.string(),
  signature: z.string(),
})

/** `options-<step>-<number>.json`, in old runs `options-<digest>.json`: what the rules said of the options of a question. */
export const optionsRecordSchema = record<OptionsRecord>({
  runId: name,
  planDigest: digest,
  step: name,
  options: z.array(z.looseObject({ name: z.string(), effects: z.array(z.unknown()) })),
  allowed: z.array(z.string()),
  denied: z.looseObject({}),
  number: z.int().min(1).optional(),
  asked: z.int().min(0).optional(),
  at: z.string(),
})
