import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import { guardedRequest } from '../../actions/net/guarded-request.ts'
import type { ActionContext, Connection } from '../../actions/define.ts'
import type { Config } from './config.ts'
import { OperatorError } from './operator-error.ts'
import { resolveSecret } from './secrets.ts'

/** How long a resolved secret is used before its reference is asked again: rotation needs no restart. */
const SECRET_TTL_MS = 30_000

/** The same for a secret that was missing. */
const MISSING_TTL_MS = 1_000

/** The operator's configured connections: what actions may reach, and with which credentials. */
export class Connections {
  readonly #config: Config
  readonly #reach: Pick<ActionContext, 'fetch' | 'request'>
  readonly #resolved = new Map<string, Resolved>()
  #all: { readonly connections: ReadonlyMap<string, Connection | OperatorError>; readonly until: number } | undefined

  constructor(
    config: Config,
    places: { readonly allow: readonly { url: string; allowPrivate: boolean }[]; readonly ownPorts: readonly number[] },
  ) {
    this.#config = config
    const configured = Object.values(config.connections).map(({ url, allowPrivate }) => ({ url, allowPrivate }))
    const limits = { allow: [...configured, ...places.allow], ownPorts: places.ownPorts }
    this.#reach = { fetch: guardedFetch(limits), request: guardedRequest(limits) }
  }

  /** What one call of an action gets: nothing else of the host reaches it. */
  async context(call: Pick<ActionContext, 'idempotencyKey' | 'signal' | 'fencing'>): Promise<ActionContext> {
    const all = await this.#current()
    return { ...call, ...this.#reach, connection: (name) => opened(all.get(name), name) }
  }

  /** Each connection, or why it cannot be used: a secret that is missing keeps no other from being used. */
  async #current(): Promise<ReadonlyMap<string, Connection | OperatorError>> {
    if (this.#all === undefined || performance.now() >= this.#all.until) this.#all = await this.#resolveAll()
    return this.#all.connections
  }

  async #resolveAll() {
    const entries = Object.entries(this.#config.connections).map(async ([name, configured]) => {
      const held = this.#resolved.get(name)
      const resolved = held !== undefined && performance.now() < held.until ? held : await resolve(name, configured)
      this.#resolved.set(name, resolved)
      return [name, resolved] as const
    })
    const all = await Promise.all(entries)
    const connections = new Map(all.map(([name, { connection }]) => [name, connection]))
    return { connections, until: Math.min(...all.map(([, { until }]) => until)) }
  }
}

/** A connection, or why it cannot be used, and until when that holds. */
interface Resolved {
  readonly connection: Connection | OperatorError
  readonly until: number
}

async function resolve(name: string, { url, token }: Config['connections'][string]): Promise<Resolved> {
  try {
    const headers: Record<string, string> =
      token === undefined ? {} : { authorization: `Bearer ${await resolveSecret(token)}` }
    return { connection: { url, headers }, until: performance.now() + SECRET_TTL_MS }
  } catch (error) {
    const connection = error instanceof OperatorError ? error : noSecret(name)
    return { connection, until: performance.now() + MISSING_TTL_MS }
  }
}

function opened(connection: Connection | OperatorError | undefined, name: string): Connection {
  if (connection === undefined) throw missing(name, 'runproof.yaml names none under `connections`')
  if (connection instanceof OperatorError) throw connection
  return connection
}

function noSecret(name: string): OperatorError {
  const message = `the connection \`${name}\` cannot be used: its secret cannot be had`
  return new OperatorError('RP0102', message, `mend \`connections.${name}.token\` in runproof.yaml`)
}

function missing(name: string, why: string): OperatorError {
  return new OperatorError(
    'RP0104',
    `there is no connection \`${name}\`: ${why}`,
    `write it there: connections: { ${name}: { url: https://… } }`,
  )
}
