import type { z } from 'zod'
import type { components } from '../../schemas/generated/platform.ts'
import {
  Conflict,
  defineAction,
  Refused,
  type ActionContext,
  type ActionDefinition,
  type AnyAction,
  type Settlement,
} from '../define.ts'
import { exchange, type Exchanged, type Platform, type Problem, type Reply } from './client.ts'

const TIMEOUT_MS = 15_000

type Operation = components['schemas']['Operation']

/** A change on the platform. Every change is an operation that is found again by its idempotency key. */
export interface PlatformAction<I extends z.ZodObject, O extends z.ZodObject> extends Pick<
  ActionDefinition<I, O>,
  'summary' | 'input' | 'output' | 'effects' | 'premise' | 'lift'
> {
  /** Without the system: `rollbackRouteOwner`. */
  readonly name: string
  readonly kind: Operation['kind']
  /** Sends the request; `header` carries the idempotency key. */
  readonly request: (
    platform: Platform,
    input: z.infer<I>,
    header: { 'Idempotency-Key': string },
  ) => Promise<Reply<components['schemas']['OperationAnswer']>>
  /** What the operation changed, as the contract of the action says it. */
  readonly outcome: (result: Operation['result'], operation: Operation) => unknown
}

/** Defines the action `platform.<name>`. */
export function platformAction<I extends z.ZodObject, O extends z.ZodObject>(action: PlatformAction<I, O>): AnyAction {
  const { name, summary, input, output, effects, premise, lift } = action
  return defineAction({
    ...{ name: `platform.${name}`, summary, input, output, effects, timeoutMs: TIMEOUT_MS },
    ...(premise && { premise }),
    ...(lift && { lift }),
    perform: (wanted, context) => perform(action, wanted, context),
    settle: (_wanted, context) => settle(action, context),
  })
}

async function perform<I extends z.ZodObject, O extends z.ZodObject>(
  action: PlatformAction<I, O>,
  input: z.infer<I>,
  context: ActionContext,
): Promise<z.infer<O>> {
  const header = { 'Idempotency-Key': context.idempotencyKey }
  const exchanged = await exchange(context, (platform) => action.request(platform, input, header))
  if (exchanged.kind === 'answer') return outputOf(action, exchanged.body.operation)
  throw exchanged.kind === 'problem' ? fromProblem(exchanged.problem, exchanged.message) : fromSilence(exchanged)
}

/** A 4xx that the platform explains changed nothing, but a reused key means that an earlier request did. */
function fromProblem(problem: Problem, message: string): Error {
  if (problem.code === 'epoch-conflict') return new Conflict(message, { ...problem.current })
  const proven = problem.status >= 400 && problem.status < 500 && problem.code !== 'idempotency-key-reused'
  return proven ? new Refused(message) : new Error(message)
}

function fromSilence(exchanged: { readonly kind: string; readonly message: string }): Error {
  return exchanged.kind === 'not-sent' ? new Refused(exchanged.message) : new Error(exchanged.message)
}

/** Asks for the operation of the key. Only a complete list proves that there is none (G1). */
async function settle<I extends z.ZodObject, O extends z.ZodObject>(
  action: PlatformAction<I, O>,
  context: ActionContext,
): Promise<Settlement<z.infer<O>>> {
  const query = { idempotency_key: context.idempotencyKey }
  const exchanged = await exchange(context, (platform) => platform.GET('/v1/operations', { params: { query } }))
  if (exchanged.kind !== 'answer') return { state: 'unknown', detail: exchanged.message }
  try {
    return settlementOf(action, exchanged, context.idempotencyKey)
  } catch (cause) {
    return { state: 'unknown', detail: (cause as Error).message }
  }
}

function settlementOf<I extends z.ZodObject, O extends z.ZodObject>(
  action: PlatformAction<I, O>,
  { body, roundTrip }: Extract<Exchanged<components['schemas']['OperationList']>, { kind: 'answer' }>,
  key: string,
): Settlement<z.infer<O>> {
  const [operation] = body.items
  if (!roundTrip) return { state: 'unknown', detail: 'the answer does not prove that it was made for this question' }
  if (operation?.idempotency_key === key) return { state: 'done', output: outputOf(action, operation) }
  if (body.complete && operation === undefined) return { state: 'not-done' }
  return { state: 'unknown', detail: 'the platform does not say that its list of operations is whole' }
}

function outputOf<I extends z.ZodObject, O extends z.ZodObject>(
  action: PlatformAction<I, O>,
  operation: Operation | undefined,
): z.infer<O> {
  if (operation?.kind !== action.kind) throw new Error(`the platform answered no operation of kind \`${action.kind}\``)
  const result = action.output.safeParse(action.outcome(operation.result, operation))
  if (result.success) return result.data
  throw new Error(`the platform's operation \`${operation.id}\` breaks its contract`)
}
