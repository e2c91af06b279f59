import type { z } from 'zod'
import type { Authority } from '../../schemas/contract.ts'
import { defineReading, Unknown, type ActionContext, type AnyReading, type Reading } from '../define.ts'
import { exchange, sourceOf, type Exchanged, type Platform, type Problem, type Reply } from './client.ts'

const TIMEOUT_MS = 5_000

/** A reading of the platform: one question, and how its answer becomes the value. */
export interface PlatformReading<I extends z.ZodObject, O extends z.ZodObject, B extends object> {
  /** Without the system: `routeOwner`. */
  readonly name: string
  readonly summary: string
  readonly authority?: Authority
  readonly input: I
  readonly output: O
  readonly ask: (platform: Platform, input: z.infer<I>) => Promise<Reply<B>>
  readonly value: (body: B) => z.infer<O>
  /** Problems that are an answer, and that answer. */
  readonly absent?: { readonly codes: readonly Problem['code'][]; readonly value: z.infer<O> }
}

/** Defines the reading `platform.<name>`. What the platform cannot say becomes unknown, with the reason. */
export function platformReading<I extends z.ZodObject, O extends z.ZodObject, B extends object>(
  reading: PlatformReading<I, O, B>,
): AnyReading {
  const { name, summary, authority = 'authoritative', input, output } = reading
  const read = (question: z.infer<I>, context: ActionContext) => readOnce(reading, question, context)
  return defineReading({ name: `platform.${name}`, summary, authority, input, output, timeoutMs: TIMEOUT_MS, read })
}

async function readOnce<I extends z.ZodObject, O extends z.ZodObject, B extends object>(
  reading: PlatformReading<I, O, B>,
  input: z.infer<I>,
  context: ActionContext,
): Promise<Reading<z.infer<O>>> {
  const source = `${reading.name} of ${sourceOf(context)}`
  const exchanged = await exchange(context, (platform) => reading.ask(platform, input))
  const { absent } = reading
  if (exchanged.kind === 'problem' && absent?.codes.includes(exchanged.problem.code))
    return { value: absent.value, roundTrip: exchanged.roundTrip, source }
  if (exchanged.kind !== 'answer') throw unknown(exchanged)
  const { body, roundTrip } = exchanged
  return { value: valueOf(reading, body), roundTrip, source, ...completeness(body) }
}

/** The body is what the platform sent, whatever its type says: it is validated here. */
function valueOf<I extends z.ZodObject, O extends z.ZodObject, B extends object>(
  reading: PlatformReading<I, O, B>,
  body: B,
): z.infer<O> {
  const result = reading.output.safeParse(mapped(reading, body))
  if (result.success) return result.data
  const fields = result.error.issues.map((issue) => `\`${issue.path.join('.')}\``)
  throw new Unknown('invalid', `the platform's answer breaks its contract at ${[...new Set(fields)].join(', ')}`)
}

function mapped<B extends object>(reading: { readonly value: (body: B) => unknown }, body: B): unknown {
  try {
    return reading.value(body)
  } catch {
    throw new Unknown('invalid', "the platform's answer lacks a list that its contract promises")
  }
}

/** Only the authority can witness that a list is whole (G12). */
function completeness(body: object): { readonly complete?: boolean } {
  return 'complete' in body ? { complete: body.complete === true } : {}
}

/** A 404 that the platform explains means that there is none; everything else, that it cannot be known. */
function unknown(exchanged: Exclude<Exchanged<unknown>, { kind: 'answer' }>): Unknown {
  if (exchanged.kind === 'aborted') return new Unknown('timeout', exchanged.message)
  if (exchanged.kind === 'invalid') return new Unknown('invalid', exchanged.message)
  const none = exchanged.kind === 'problem' && exchanged.problem.status === 404
  return new Unknown(none ? 'empty' : 'error', exchanged.message)
}
