import type { z } from 'zod'
import type { components } from '../../schemas/generated/platform.ts'
import {
  Conflict,
  defineAction,
  Refused,
  type ActionContext,
  type ActionDefinition,
  type AnyAction,
} from '../define.ts'
import { exchange, type Platform, type Problem, type Reply } from './client.ts'
import { settleByKey } from './settle.ts'

const TIMEOUT_MS = 15_000

type Operation = components['schemas']['Operation']

/** What every change carries beside its body. */
export interface OperationHeader {
  readonly 'Idempotency-Key': string
  readonly 'Fencing-Token'?: string
}

/** A change on the platform. Every change is an operation that is found again by its idempotency key. */
export interface PlatformAction<I extends z.ZodObject, O extends z.ZodObject> extends Pick<
  ActionDefinition<I, O>,
  'summary' | 'input' | 'output' | 'effects' | 'premise' | 'lift'
> {
  /** Without the system: `rollbackRouteOwner`. */
  readonly name: string
  readonly kind: Exclude<Operation['kind'], 'void'>
  /** Sends the request; `header` carries the idempotency key, and the fencing tokens of the leases that are held. */
  readonly request: (
    platform: Platform,
    input: z.infer<I>,
    header: OperationHeader,
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
    settle: (_wanted, context) => settleByKey(context, (operation) => outputOf(action, operation)),
  })
}

async function perform<I extends z.ZodObject, O extends z.ZodObject>(
  action: PlatformAction<I, O>,
  input: z.infer<I>,
  context: ActionContext,
): Promise<z.infer<O>> {
  const header = { 'Idempotency-Key': context.idempotencyKey, ...fencingOf(context) }
  const exchanged = await exchange(context, (platform) => action.request(platform, input, header))
  if (exchanged.kind === 'answer') return outputOf(action, exchanged.body.operation)
  throw exchanged.kind === 'problem' ? fromProblem(exchanged.problem, exchanged.message) : fromSilence(exchanged)
}

/** The tokens travel with the effect (G3): the platform refuses those of a run that holds the lease no more. */
function fencingOf({ fencing = {} }: ActionContext): { 'Fencing-Token': string } | object {
  const tokens = Object.entries(fencing).sort(([a], [b]) => (a < b ? -1 : 1))
  if (tokens.length === 0) return {}
  return { 'Fencing-Token': tokens.map(([resource, token]) => `${encoded(resource)}=${token}`).join(', ') }
}

function encoded(resource: string): string {
  const strict = (part: string) =>
    encodeURIComponent(part).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return resource.split('/').map(strict).join('/')
}

/** A 4xx that the platform explains changed nothing, but the operation of a reused key has to be looked at. */
function fromProblem(problem: Problem, message: string): Error {
  if (problem.code === 'epoch-conflict') return new Conflict(message, { ...problem.current })
  // A lease that was lost sends the run back to its leases: what this request did is settled, and it is tried again.
  const open = ['idempotency-key-reused', 'fencing-token-stale'].includes(problem.code)
  const proven = problem.status >= 400 && problem.status < 500 && !open
  return proven ? new Refused(message) : new Error(message)
}

function fromSilence(exchanged: { readonly kind: string; readonly message: string }): Error {
  return exchanged.kind === 'not-sent' ? new Refused(exchanged.message) : new Error(exchanged.message)
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
