import { z } from 'zod'
import type { HttpEntry, Part } from '../../schemas/allowlist.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { count, text } from '../../schemas/types.ts'
import { definitionOf } from '../allowlisted.ts'
import { Refused, Unknown, type ActionContext, type AnyDefinition } from '../define.ts'
import { checkEffects, checkParts, fillParts } from '../fill.ts'
import { jsonObject } from '../json-object.ts'
import { RequestRefused } from '../net/place.ts'

const MAX_TEXT = 64 * 1024
/** The server understood and refused: by the meaning of these, nothing was changed. */
const refusals = new Set([400, 401, 403, 404, 405, 410, 412, 413, 415, 422])

const textOutput = z.strictObject({ status: count(), body: text() })

/** `http.<id>` of one allowlist entry: an action where the entry has effects, a reading otherwise (G19). */
export function httpDefinition(entry: HttpEntry): AnyDefinition {
  checkEntry(entry)
  return definitionOf(entry, {
    system: 'http',
    summary: `${entry.method} ${entry.origin}/${entry.path.map(show).join('/')}`,
    textOutput,
    target: entry.origin,
    read: (input, context) => read(entry, input, context),
    perform: (input, context) => perform(entry, input, context),
  })
}

async function read(entry: HttpEntry, input: JsonObject, context: ActionContext) {
  const response = await send(entry, input, context).catch((cause: unknown) => {
    throw new Unknown(context.signal.aborted ? 'timeout' : 'error', (cause as Error).message)
  })
  if (!response.ok) throw new Unknown('error', `${entry.origin} answered ${response.status}`)
  const value = await outputOf(entry, response, (why) => new Unknown('invalid', why))
  return { value, roundTrip: false, source: entry.origin }
}

async function perform(entry: HttpEntry, input: JsonObject, context: ActionContext) {
  const response = await send(entry, input, context)
  const answered = `${entry.origin} answered ${response.status}`
  if (refusals.has(response.status)) throw new Refused(answered)
  if (!response.ok) throw new Error(answered)
  return outputOf(entry, response, (why) => new Error(why))
}

async function send(entry: HttpEntry, input: JsonObject, context: ActionContext): Promise<Response> {
  const hasBody = entry.method === 'POST' || entry.method === 'PUT'
  const key = context.idempotencyKey && { 'idempotency-key': context.idempotencyKey }
  try {
    return await context.fetch(urlOf(entry, input), {
      method: entry.method,
      headers: { accept: '*/*', ...(hasBody && { 'content-type': 'application/json' }), ...key },
      signal: context.signal,
      // The entry, not a server, says where an effect goes.
      redirect: Object.keys(entry.effects).length === 0 ? 'follow' : 'error',
      ...(hasBody && { body: JSON.stringify(bodyOf(entry, input)) }),
    })
  } catch (cause) {
    throw cause instanceof RequestRefused ? new Refused(cause.message) : cause
  }
}

/** Inputs fill whole path segments, percent-encoded (G33). */
function urlOf(entry: HttpEntry, input: JsonObject): string {
  const segments = fillParts(entry.path, input, asSegment)
  return `${entry.origin}/${segments.join('/')}${entry.query ? `?${entry.query}` : ''}`
}

function asSegment(value: string, name: string): string {
  if (['', '.', '..'].includes(value) || !value.isWellFormed())
    throw new Refused(`input \`${name}\` is no path segment`)
  return encodeURIComponent(value)
}

function bodyOf(entry: HttpEntry, input: JsonObject): JsonObject {
  const inPath = new Set(entry.path.map((part) => (typeof part === 'string' ? undefined : part.input)))
  return Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.has(name)))
}

async function outputOf(entry: HttpEntry, response: Response, wrong: (why: string) => Error): Promise<JsonObject> {
  const body = await response.text()
  if (!entry.output) return { status: response.status, body: body.slice(0, MAX_TEXT) }
  const answered = jsonObject(body)
  if (answered === undefined) throw wrong(`${entry.origin} answered what is no JSON object`)
  return answered
}

function checkEntry(entry: HttpEntry): void {
  const where = `\`http.${entry.id}\``
  if (!URL.canParse(entry.origin) || new URL(entry.origin).origin !== entry.origin)
    throw new TypeError(`${where}: the origin is scheme, host and port, and nothing else`)
  if (entry.method !== 'GET' && Object.keys(entry.effects).length === 0)
    throw new TypeError(`${where}: ${entry.method} changes things, so the entry must name its effects`)
  checkParts(entry.path, entry.inputs)
  checkEffects(entry.effects, entry.inputs)
}

function show(part: Part): string {
  return typeof part === 'string' ? part : `{{${part.input}}}`
}
