import { randomUUID } from 'node:crypto'
import createClient, { type Client } from 'openapi-fetch'
import type { components, paths } from '../../schemas/generated/platform.ts'
import { originForPeople, RequestRefused } from '../net/place.ts'
import { Refused, type ActionContext } from '../define.ts'

/** The platform's own description of what went wrong. */
export type Problem = components['schemas']['Problem']

/** A typed client of the platform's contract. */
export type Platform = Client<paths>

/** What `openapi-fetch` answers: data on success, otherwise the body of the error. */
export interface Reply<B> {
  readonly data?: B
  readonly error?: unknown
  readonly response: Response
}

/** A question or a request to the platform. */
export type Exchange<B> = (platform: Platform) => Promise<Reply<B>>

/** One exchange, as far as it came. Only an answer, a problem and `not-sent` prove something. */
export type Exchanged<B> =
  | { readonly kind: 'answer'; readonly body: B; readonly roundTrip: boolean }
  | { readonly kind: 'problem'; readonly problem: Problem; readonly roundTrip: boolean; readonly message: string }
  | { readonly kind: 'not-sent' | 'no-answer' | 'invalid' | 'aborted'; readonly message: string }

/** Has one exchange with the platform, under a fresh nonce: the answer that carries it was made for this request. */
export async function exchange<B>(context: ActionContext, request: Exchange<B>): Promise<Exchanged<B>> {
  const { url, headers } = context.connection('platform')
  const nonce = randomUUID()
  const platform = createClient<paths>({
    baseUrl: url,
    fetch: context.fetch,
    headers: { ...headers, 'X-Request-Nonce': nonce },
    signal: context.signal,
  })
  try {
    return judge(await request(platform), nonce)
  } catch (cause) {
    return failure(cause, context.signal)
  }
}

/** Where the platform is, for people. */
export function sourceOf(context: ActionContext): string {
  return originForPeople(new URL(context.connection('platform').url))
}

function judge<B>({ data, error, response }: Reply<B>, nonce: string): Exchanged<B> {
  if (isProblem(error))
    return { kind: 'problem', problem: error, roundTrip: cameBack(error, response, nonce), message: describe(error) }
  if (!response.ok)
    return { kind: 'no-answer', message: `the platform answered ${response.status} and no problem that it knows` }
  if (typeof data !== 'object' || data === null)
    return { kind: 'invalid', message: 'the platform answered what is no object' }
  return { kind: 'answer', body: data, roundTrip: cameBack(data, response, nonce) }
}

/** A cache could keep the body or the headers of an older answer, but not this nonce. */
function cameBack(body: object, response: Response, nonce: string): boolean {
  return response.headers.get('x-request-nonce') === nonce && 'nonce' in body && body.nonce === nonce
}

function isProblem(error: unknown): error is Problem {
  if (typeof error !== 'object' || error === null) return false
  return 'code' in error && typeof error.code === 'string' && 'status' in error && 'title' in error
}

function describe({ status, code, detail, title }: Problem): string {
  return `the platform answered ${status} \`${code}\`: ${(detail ?? title).slice(0, 300)}`
}

function failure(cause: unknown, signal: AbortSignal): Exchanged<never> {
  if (signal.aborted) return { kind: 'aborted', message: 'the platform did not answer in time' }
  if (cause instanceof SyntaxError) return { kind: 'invalid', message: 'the platform answered what is no JSON' }
  const notSent = cause instanceof RequestRefused || cause instanceof Refused
  return { kind: notSent ? 'not-sent' : 'no-answer', message: (cause as Error).message }
}
