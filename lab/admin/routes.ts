import { z } from 'zod'
import { FIRST_ENVIRONMENTS, makeEnvironment } from '../database/seed.ts'
import { faultSchema } from '../faults/fault.ts'
import { happenings } from '../happenings/let-happen.ts'
import { happeningSchemas, type HappeningName } from '../happenings/schemas.ts'
import { json, type Reply } from '../http/reply.ts'
import { PlatformProblem } from '../http/problem.ts'
import type { Platform } from '../platform.ts'
import { countCommitted, readJournal } from './journal.ts'
import { reset } from './reset.ts'

/** A request to the admin API. */
export interface AdminRequest {
  readonly method: string
  /** The path below `/admin`. */
  readonly path: string
  readonly body: unknown
}

type AdminRoute = (platform: Platform, body: unknown) => Promise<object> | object

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/)
const environmentSchema = z.strictObject({
  environment: id,
  class: z.enum(['production', 'staging']).default('production'),
  apps: z.array(id).default(['shop']),
  ageMs: z
    .int()
    .min(0)
    .default(FIRST_ENVIRONMENTS[0]?.ageMs ?? 0),
})

const ROUTES: Readonly<Record<string, AdminRoute>> = {
  'GET /faults': ({ faults }) => ({ items: faults.list() }),
  'POST /faults': ({ faults }, body) => ({ id: faults.add(parse(faultSchema, body)) }),
  'DELETE /faults': ({ faults }) => {
    faults.clear()
    return { items: [] }
  },
  'GET /held': ({ held }) => ({ items: held.list() }),
  'GET /journal': async ({ pool }) => ({ items: await readJournal(pool) }),
  'GET /counters': async ({ pool, counters }) => ({ committed: await countCommitted(pool), answered: counters.read() }),
  'GET /webhooks': ({ webhooks }) => ({ items: webhooks.list() }),
  'POST /environments': async (platform, body) => {
    const wanted = parse(environmentSchema, body)
    await makeEnvironment(platform, wanted)
    return wanted
  },
  'POST /reset': async (platform) => {
    await reset(platform)
    return { reset: true }
  },
}

/** Answers the admin API, by which faults are switched on and things happen. */
export async function serveAdmin(platform: Platform, request: AdminRequest): Promise<Reply> {
  const route = ROUTES[`${request.method} ${request.path}`] ?? happeningRoute(request) ?? numberedRoute(request)
  if (route === undefined)
    throw new PlatformProblem('not-found', `the admin API has no ${request.method} ${request.path}`)
  return json(200, await route(platform, request.body))
}

function happeningRoute({ method, path }: AdminRequest): AdminRoute | undefined {
  const name = path.slice(1)
  if (method !== 'POST' || !isHappening(name)) return undefined
  const happen = happenings[name] as (platform: Platform, input: unknown) => Promise<object>
  return (platform, body) => happen(platform, parse(happeningSchemas[name], body))
}

const isHappening = (name: string): name is HappeningName => Object.hasOwn(happeningSchemas, name)

const verdictSchema = z.strictObject({ then: z.enum(['go', 'abort']).default('go') })

function numberedRoute({ method, path }: AdminRequest): AdminRoute | undefined {
  const [, what, number] = /^\/(faults|held)\/(\d+)(?:\/release)?$/.exec(path) ?? []
  const id = Number(number)
  if (method === 'DELETE' && what === 'faults') return ({ faults }) => ({ removed: faults.remove(id) })
  if (method !== 'POST' || what !== 'held') return undefined
  return ({ held }, body) => ({ released: held.release(id, parse(verdictSchema, body ?? {}).then) })
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  throw new PlatformProblem('bad-request', z.prettifyError(parsed.error))
}
