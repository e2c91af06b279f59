import { randomUUID } from 'node:crypto'
import type { components } from '../../schemas/generated/platform.ts'
import type { Answer } from '../net/send.ts'
import { originForPeople, RequestRefused } from '../net/place.ts'
import { Refused, type ActionContext } from '../define.ts'
import type { Answered, Method, PathOf, Taken } from './contract.ts'
import { outgoing, type Parts } from './outgoing.ts'

/** The platform's own description of what went wrong. */
export type Problem = components['schemas']['Problem']

type Ask<M extends Method> = <P extends PathOf<M>>(path: P, taken: Taken<P, M>) => Promise<Reply<Answered<P, M>>>

/** A typed client of the platform's contract. Each request rejects where there was no answer, or none that is JSON. */
export interface Platform {
  readonly get: Ask<'get'>
  readonly put: Ask<'put'>
  readonly post: Ask<'post'>
  readonly delete: Ask<'delete'>
}

/** Data on success, otherwise the body of the error. */
export interface Reply<B> {
  readonly data?: B
  readonly error?: unknown
  readonly answer: Answer
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
  const nonce = randomUUID()
  try {
    return judge(await request(platformOf(context, nonce)), nonce)
  } catch (cause) {
    return failure(cause, context.signal)
  }
}

const origins = new Map<string, string>()

/** Where the platform is, for people. */
export function sourceOf(context: ActionContext): string {
  const { url } = context.connection('platform')
  const origin = origins.get(url) ?? originForPeople(new URL(url))
  origins.set(url, origin)
  return origin
}

function platformOf(context: ActionContext, nonce: string): Platform {
  const { url, headers } = context.connection('platform')
  const base = url.replace(/\/$/, '')
  const every = { ...headers, 'x-request-nonce': nonce }
  const asking = <M extends Method>(method: M): Ask<M> => {
    return async (path, taken) => {
      const template = { method, url: `${base}${path}`, every, signal: context.signal }
      return replyTo(await context.request(outgoing(template, taken as Parts)))
    }
  }
  return { get: asking('get'), put: asking('put'), post: asking('post'), delete: asking('delete') }
}

/** What the answer carries is what its type says only once it was validated. */
function replyTo<B>(answer: Answer): Reply<B> {
  const text = answer.body.toString('utf8')
  if (isOk(answer)) return { data: (text === '' ? undefined : JSON.parse(text)) as B, answer }
  return { error: jsonOr(text), answer }
}

function isOk({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function judge<B>({ data, error, answer }: Reply<B>, nonce: string): Exchanged<B> {
  if (isProblem(error))
    return { kind: 'problem', problem: error, roundTrip: cameBack(error, answer, nonce), message: describe(error) }
  if (!isOk(answer))
    return { kind: 'no-answer', message: `the platform answered ${answer.status} and no problem that it knows` }
  if (typeof data !== 'object' || data === null)
    return { kind: 'invalid', message: 'the platform answered what is no object' }
  return { kind: 'answer', body: data, roundTrip: cameBack(data, answer, nonce) }
}

/** A cache could keep the body or the headers of an older answer, but not this nonce. */
function cameBack(body: object, { headers }: Answer, nonce: string): boolean {
  return headers['x-request-nonce'] === nonce && 'nonce' in body && body.nonce === nonce
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
