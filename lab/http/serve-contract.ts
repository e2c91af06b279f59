import type { IncomingMessage } from 'node:http'
import { changes } from '../changes/table.ts'
import { operate } from '../changes/operate.ts'
import { letHappen } from '../happenings/let-happen.ts'
import { READINGS, type Call, type ReadingId } from '../faults/call.ts'
import type { Platform } from '../platform.ts'
import { readings } from '../readings/table.ts'
import type { PlatformContract } from './contract.ts'
import { authorize } from './authorize.ts'
import { NoAnswer, PlatformProblem, problemBody } from './problem.ts'
import { admitRequest, type PlatformRequest } from './request.ts'
import type { Reply } from './reply.ts'

type JsonReply = Reply<object>
type Unstamped = Omit<JsonReply, 'headers'>

/** Answers a request of the contract, with what the faults make of it. */
export function serveContract(platform: Platform, contract: PlatformContract) {
  const kept = new Map<string, JsonReply>()
  return async (incoming: IncomingMessage, url: URL, token: string): Promise<JsonReply> => {
    const nonce = nonceOf(incoming)
    try {
      authorize(incoming, token)
      const request = await admitRequest(contract, incoming, url)
      const { call, answer } = prepare(platform, request)
      await sufferBefore(platform, call)
      const stale = platform.faults.take('stale', call) && kept.get(url.href)
      if (stale) return stale
      const reply = await stamp(platform, await answer(), nonce)
      await sufferAfter(platform, call)
      if (incoming.method === 'GET') kept.set(url.href, reply)
      platform.counters.count(call.on)
      return emptied(platform, call, reply)
    } catch (cause) {
      if (cause instanceof PlatformProblem) return stamp(platform, toReply(cause), nonce)
      throw cause
    }
  }
}

/** What the request is about, for the faults, and how it is answered. */
function prepare(platform: Platform, request: PlatformRequest): { call: Call; answer: () => Promise<Unstamped> } {
  const { environment, app } = request.path
  const reading = READINGS.find((id) => id === request.operationId)
  if (reading !== undefined) {
    return { call: { on: reading, environment, app }, answer: () => read(platform, reading, request) }
  }
  const change = changes[request.operationId]?.(request, platform)
  if (change === undefined) throw new PlatformProblem('internal', `${request.operationId} is not served`)
  const call: Call = { on: change.kind, environment: change.environment, app: change.app }
  return {
    call,
    async answer() {
      const { operation, repeated } = await operate(platform, change)
      return { status: repeated ? 200 : 201, body: { operation } }
    },
  }
}

async function read(platform: Platform, id: ReadingId, request: PlatformRequest): Promise<Unstamped> {
  return { status: 200, body: await readings[id](platform, request) }
}

async function sufferBefore(platform: Platform, call: Call): Promise<void> {
  await letHappen(platform, platform.faults.due('before', call))
  await platform.gate.opened()
  if (platform.faults.take('hang', call) !== undefined) await new Promise(() => undefined)
  if (platform.faults.take('error500', call) !== undefined)
    throw new PlatformProblem('internal', 'switched on: error500')
}

/** Happens after the answer was made and before it is sent: whoever reads next finds another world. */
async function sufferAfter(platform: Platform, call: Call): Promise<void> {
  await letHappen(platform, platform.faults.due('after', call))
  if (platform.faults.take('drop-reply', call) !== undefined) throw new NoAnswer('switched on: drop-reply')
}

function emptied(platform: Platform, call: Call, reply: JsonReply): JsonReply {
  if (!('items' in reply.body)) return reply
  const fault = platform.faults.take('empty-lists', call)
  if (fault === undefined) return reply
  const whole = 'complete' in reply.body ? { complete: fault.complete } : { count: 0 }
  return { ...reply, body: { ...reply.body, items: [], ...whole } }
}

function nonceOf(incoming: IncomingMessage): string | undefined {
  const nonce = incoming.headers['x-request-nonce']
  return typeof nonce === 'string' && nonce !== '' && nonce.length <= 128 ? nonce : undefined
}

/** The proof of a round trip: the request's nonce, and the time of the database that was asked. */
async function stamp({ pool }: Platform, { status, body }: Unstamped, nonce: string | undefined): Promise<JsonReply> {
  const { rows } = await pool.query<{ now: Date }>('SELECT clock_timestamp() AS now')
  const served_at = (rows[0]?.now ?? new Date()).toISOString()
  const stamps = nonce === undefined ? { served_at } : { nonce, served_at }
  const problem = status >= 400
  return {
    status,
    headers: {
      'content-type': problem ? 'application/problem+json' : 'application/json',
      ...(nonce === undefined ? {} : { 'X-Request-Nonce': nonce }),
    },
    body: { ...body, ...stamps },
  }
}

function toReply(problem: PlatformProblem): Unstamped {
  return { status: problem.status, body: problemBody(problem) }
}
