import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { serveAdmin } from '../admin/routes.ts'
import type { LabConfig } from '../config.ts'
import { answerQuery } from '../metrics/endpoint.ts'
import type { Platform } from '../platform.ts'
import { statusPage } from '../status-page.ts'
import { authorize } from './authorize.ts'
import type { PlatformContract } from './contract.ts'
import { NoAnswer, PlatformProblem, problemBody } from './problem.ts'
import { json, send, type Reply } from './reply.ts'
import { readJson } from './request.ts'
import { serveContract } from './serve-contract.ts'

type Part = (incoming: IncomingMessage, url: URL) => Promise<Reply>

/** Serves the contract, the query API, the admin API, the sink for notifications and the status page on one port. */
export function serve(platform: Platform, contract: PlatformContract, config: LabConfig): Server {
  const answer = createParts(platform, contract, config)
  return createServer((incoming, response) => void respond(answer, incoming, response))
}

function createParts(platform: Platform, contract: PlatformContract, { tokens }: LabConfig): Part {
  const answerContract = serveContract(platform, contract)
  return async (incoming, url) => {
    const { pathname } = url
    if (pathname.startsWith('/v1/')) return answerContract(incoming, url, tokens.client)
    if (pathname === '/prometheus/api/v1/query') return metricsReply(platform, incoming, url)
    if (pathname === '/admin/webhooks' && incoming.method === 'POST') return receive(platform, incoming, tokens.notify)
    if (pathname.startsWith('/admin/')) return administer(platform, incoming, { url, token: tokens.admin })
    if (pathname === '/') return statusPage(platform)
    throw new PlatformProblem('not-found', 'the practice platform serves nothing here')
  }
}

async function metricsReply(platform: Platform, incoming: IncomingMessage, url: URL): Promise<Reply> {
  const { status, body } = await answerQuery(platform, incoming, url)
  return json(status, body)
}

/** Takes a notification, as whoever is to be told would. */
async function receive({ webhooks, faults }: Platform, incoming: IncomingMessage, token: string): Promise<Reply> {
  authorize(incoming, token)
  const body = await readJson(incoming)
  if (faults.take('hang', { on: 'webhooks' }) !== undefined) await new Promise(() => undefined)
  if (faults.take('error500', { on: 'webhooks' }) !== undefined)
    throw new PlatformProblem('internal', 'switched on: error500')
  webhooks.record(body)
  return json(200, { received: true })
}

async function administer(
  platform: Platform,
  incoming: IncomingMessage,
  at: { url: URL; token: string },
): Promise<Reply> {
  authorize(incoming, at.token)
  const path = at.url.pathname.slice('/admin'.length)
  return serveAdmin(platform, { method: incoming.method ?? 'GET', path, body: await readJson(incoming) })
}

async function respond(answer: Part, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, await answer(incoming, new URL(incoming.url ?? '/', 'http://lab')))
  } catch (cause) {
    if (cause instanceof NoAnswer) response.destroy()
    else send(response, failure(cause))
  }
}

function failure(cause: unknown): Reply {
  const problem =
    cause instanceof PlatformProblem
      ? cause
      : new PlatformProblem('internal', `the practice platform failed: ${String(cause)}`)
  const body = { ...problemBody(problem), served_at: new Date().toISOString() }
  return { status: problem.status, headers: { 'content-type': 'application/problem+json' }, body }
}
