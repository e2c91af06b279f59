import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { takeNotification } from './alerts.ts'
import type { Webhook } from './alerts.ts'
import { countRuns } from './count-runs.ts'
import { describeFailure } from './failure.ts'
import { makeMetrics } from './metrics.ts'
import { Problem, problemReply } from './problem.ts'
import { readiness } from './readiness.ts'
import { json, send, text } from './reply.ts'
import type { Reply } from './reply.ts'

/** What a server works with: everything comes from outside. */
export type ServerParts = Omit<Webhook, 'metrics'> & Partial<Pick<Webhook, 'metrics'>>

/** A slow request is cut after this time, whatever it sends. */
const REQUEST_MS = 30_000

/** The HTTP server of an installation: the webhook for alerts, health, and metrics. It does not listen yet. */
export function createServer(parts: ServerParts): Server {
  const webhook = { ...parts, metrics: parts.metrics ?? makeMetrics() }
  const options = { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }
  return createHttpServer(options, (request, response) => {
    void answer(request, webhook).then((reply) => send(response, reply))
  })
}

async function answer(request: IncomingMessage, webhook: Webhook): Promise<Reply> {
  const route = routeOf(request)
  const reply = await route(request, webhook).catch((error: unknown) => problemReply(problemOf(error, webhook)))
  if (route === takeNotification) webhook.metrics.notifications.inc({ code: String(reply.status) })
  return reply
}

type Route = (request: IncomingMessage, webhook: Webhook) => Promise<Reply>

const ROUTES = new Map<string, Route>([
  ['POST /v1/alerts', takeNotification],
  ['GET /healthz', async () => json(200, { alive: true })],
  ['GET /readyz', async (_request, webhook) => readiness(webhook)],
  ['GET /metrics', exposition],
])

function routeOf({ method = '', url = '' }: IncomingMessage): Route {
  return ROUTES.get(`${method} ${url.split('?')[0]}`) ?? nothingHere
}

async function exposition(_request: IncomingMessage, { client, metrics }: Webhook): Promise<Reply> {
  await countRuns(client, metrics)
  return text(200, await metrics.registry.metrics(), metrics.registry.contentType)
}

async function nothingHere(): Promise<Reply> {
  const known = [...ROUTES.keys()].map((route) => `\`${route}\``).join(', ')
  throw new Problem('not-found', 'Runproof serves nothing under this method and path', `it serves ${known}`)
}

/** An error that nobody foresaw stays in the log: it is shown as a sentence, and the request may be sent again. */
function problemOf(error: unknown, { log }: Webhook): Problem {
  if (error instanceof Problem) return error
  const { detail, hint } = describeFailure(error)
  log.error({ problem: String(error), hint }, 'a request could not be answered')
  return new Problem('unavailable', detail, hint)
}
