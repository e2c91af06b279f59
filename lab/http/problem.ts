import type { components } from '../../schemas/generated/platform.ts'

type ProblemBody = components['schemas']['Problem']
export type ProblemCode = ProblemBody['code']
type Extra = Pick<ProblemBody, 'current' | 'operation'>

const STATUS: Readonly<Record<ProblemCode, number>> = {
  unauthorized: 401,
  'bad-request': 400,
  'not-found': 404,
  'environment-not-found': 404,
  'app-not-found': 404,
  'edge-not-found': 404,
  'artifact-not-found': 404,
  'operation-not-found': 404,
  'no-previous-owner': 404,
  'no-promotion': 404,
  'epoch-conflict': 409,
  'promotions-frozen': 409,
  'fencing-token-stale': 409,
  'idempotency-key-reused': 422,
  'expiry-not-admissible': 422,
  'agent-unreachable': 503,
  internal: 500,
}

/** A request that is not carried out, and why. */
export class PlatformProblem extends Error {
  override readonly name = 'PlatformProblem'
  readonly code: ProblemCode
  readonly status: number
  readonly extra: Extra
  constructor(code: ProblemCode, message: string, extra: Extra = {}) {
    super(message)
    this.code = code
    this.status = STATUS[code]
    this.extra = extra
  }
}

/** Thrown where a request gets no answer at all: the connection is cut. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
}

/** The problem as the contract shapes it, without what each answer carries. */
export function problemBody(problem: PlatformProblem): Omit<ProblemBody, 'nonce' | 'served_at'> {
  return {
    type: `urn:runproof:platform:${problem.code}`,
    title: problem.code.replaceAll('-', ' '),
    status: problem.status,
    detail: problem.message,
    code: problem.code,
    ...problem.extra,
  }
}
