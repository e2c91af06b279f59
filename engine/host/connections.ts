import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import type { ActionContext, Connection } from '../../actions/define.ts'
import type { Config } from './config.ts'
import { OperatorError } from './operator-error.ts'
import { resolveSecret } from './secrets.ts'

/** How long a resolved secret is used before its reference is asked again: rotation needs no restart. */
const SECRET_TTL_MS = 30_000

/** The operator's configured connections: what actions may reach, and with which credentials. */
export class Connections {
  readonly #config: Config
  readonly #fetch: typeof fetch
  #resolved: { readonly at: number; readonly all: ReadonlyMap<string, Connection> } | undefined

  constructor(
    config: Config,
    places: { readonly allow: readonly { url: string; allowPrivate: boolean }[]; readonly ownPorts: readonly number[] },
  ) {
    this.#config = config
    const configured = Object.values(config.connections).map(({ url, allowPrivate }) => ({ url, allowPrivate }))
    this.#fetch = guardedFetch({ allow: [...configured, ...places.allow], ownPorts: places.ownPorts })
  }

  /** What one call of an action gets: nothing else of the host reaches it. */
  async context(call: { readonly idempotencyKey: string; readonly signal: AbortSignal }): Promise<ActionContext> {
    const all = await this.#current()
    return { ...call, fetch: this.#fetch, connection: (name) => all.get(name) ?? missing(name) }
  }

  async #current(): Promise<ReadonlyMap<string, Connection>> {
    const fresh = this.#resolved !== undefined && performance.now() - this.#resolved.at < SECRET_TTL_MS
    if (!fresh) this.#resolved = { at: performance.now(), all: await this.#resolve() }
    return this.#resolved?.all ?? new Map<string, Connection>()
  }

  async #resolve(): Promise<ReadonlyMap<string, Connection>> {
    const entries = Object.entries(this.#config.connections).map(async ([name, { url, token }]) => {
      const headers: Record<string, string> =
        token === undefined ? {} : { authorization: `Bearer ${await resolveSecret(token)}` }
      return [name, { url, headers }] as const
    })
    return new Map(await Promise.all(entries))
  }
}

function missing(name: string): never {
  throw new OperatorError(
    'RP0104',
    `there is no connection \`${name}\``,
    `name it under \`connections\` in runproof.yaml`,
  )
}
