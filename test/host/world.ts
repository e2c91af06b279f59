import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

export const OLD = `sha256:${'0'.repeat(64)}`
export const NEW = `sha256:${'1'.repeat(64)}`
export const TOKEN = 'the-token-of-the-small-platform'

/** One change that was committed, by its idempotency key. */
export interface Change {
  readonly key: string
  readonly kind: string
  readonly body: Record<string, unknown>
  readonly output: Record<string, unknown>
}

/** What a test may do at a moment: change the world, or end the request (`cut`) in place of its answer. */
type Hook = (request: {
  readonly path: string
  readonly nth: number
}) => Promise<'cut' | undefined> | 'cut' | undefined | void

/**
 * A small platform over HTTP: a route with an owner and an epoch, facts that tests set, and changes that are found again by
 * their key. It is another program than the engine: what it did is counted here, and nowhere else.
 */
export class World {
  readonly changes: Change[] = []
  readonly burnt = new Set<string>()
  readonly asked: string[] = []
  owner = { digest: NEW, epoch: 7 }
  health: Record<string, unknown> = { state: 'sick', share: 0.5 }
  members: Record<string, unknown> = { items: [{ member: 'm-1', ready: true }], complete: true }
  /** Sent with every reading: is the answer fresh, and how old is what it tells. */
  echoes = true
  ageMs: number | undefined
  /** Before a request is carried out; before a change is committed; before the answer is sent. */
  readonly before = new Map<string, Hook>()
  readonly commits = new Map<string, Hook>()
  readonly after = new Map<string, Hook>()
  /** What the settling of an operation answers instead of the truth. */
  settles: 'truth' | 'silence' | 'nonsense' = 'truth'
  /** What the output of a change is instead of what its contract says. */
  output: Record<string, unknown> | undefined
  /** The newest fencing token of each resource: a change of an older holder is refused. */
  readonly fences = new Map<string, number>()
  /** Changes that were refused for that. */
  fenced = 0
  /** A switch cures what was sick. */
  cures = true
  /** Can a key be burnt, so that a request that comes late with it changes nothing? */
  burns = true
  readonly #counts = new Map<string, number>()
  readonly #server = createServer((request, response) => void this.#serve(request, response))

  async open(): Promise<this> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return this
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** How often this was done. */
  did(kind: string): number {
    return this.changes.filter((change) => change.kind === kind).length
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://world').pathname
    const body = await bodyOf(request)
    this.asked.push(path)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end('{}')
    if ((await this.#meet(this.before, path)) === 'cut') return void request.socket.destroy()
    const tokens = JSON.parse(String(request.headers['fencing-token'] ?? '{}')) as Record<string, number>
    const answer = await this.#answer(path, { url: request.url ?? '', body, tokens })
    if ((await this.#meet(this.after, path)) === 'cut') return void request.socket.destroy()
    const nonce = this.echoes ? String(request.headers['x-nonce'] ?? '') : ''
    response.writeHead(answer.status, { 'content-type': 'application/json', 'x-nonce': nonce })
    response.end(JSON.stringify({ ...answer.body, ...(this.ageMs === undefined ? {} : { ageMs: this.ageMs }) }))
  }

  async #meet(hooks: Map<string, Hook>, path: string): Promise<'cut' | undefined> {
    const name = `${[this.before, this.commits, this.after].indexOf(hooks)} ${path}`
    const nth = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, nth)
    return (await hooks.get(path)?.({ path, nth })) ?? undefined
  }

  async #answer(
    path: string,
    { url, body, tokens }: { url: string; body: Record<string, unknown>; tokens: Record<string, number> },
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    if (path === '/owner') return { status: 200, body: { ...this.owner } }
    if (path === '/health') return { status: 200, body: { ...this.health } }
    if (path === '/members') return { status: 200, body: { ...this.members } }
    if (path === '/change') return this.#isFenced(tokens) ? { status: 412, body: {} } : this.#change(body)
    if (path === '/operation') return this.#settle(new URL(url, 'http://world').searchParams.get('key') ?? '')
    return { status: 404, body: {} }
  }

  #isFenced(tokens: Record<string, number>): boolean {
    const stale = Object.entries(tokens).some(([resource, token]) => token < (this.fences.get(resource) ?? 0))
    if (stale) this.fenced += 1
    else for (const [resource, token] of Object.entries(tokens)) this.fences.set(resource, token)
    return stale
  }

  async #change(body: Record<string, unknown>): Promise<{ status: number; body: Record<string, unknown> }> {
    const key = String(body['key'])
    if ((await this.#meet(this.commits, '/change')) === 'cut') return { status: 500, body: {} }
    const before = this.changes.find((change) => change.key === key)
    if (before !== undefined) return { status: 200, body: before.output }
    if (this.burnt.has(key)) return { status: 410, body: {} }
    if (body['expectedEpoch'] !== undefined && body['expectedEpoch'] !== this.owner.epoch)
      return { status: 409, body: { current: this.owner } }
    if (body['kind'] === 'switch') this.owner = { digest: String(body['to']), epoch: this.owner.epoch + 1 }
    if (body['kind'] === 'switch' && this.cures) this.health = { state: 'well', share: 0 }
    const output = this.output ?? (body['kind'] === 'switch' ? { epoch: this.owner.epoch } : { noted: true })
    this.changes.push({ key, kind: String(body['kind']), body, output })
    return { status: 200, body: output }
  }

  /** The authority's word on a key; what did not happen can be made never to happen. */
  #settle(key: string): { status: number; body: Record<string, unknown> } {
    if (this.settles === 'silence') return { status: 503, body: {} }
    if (this.settles === 'nonsense') return { status: 200, body: { state: 'perhaps' } }
    const done = this.changes.find((change) => change.key === key)
    if (done !== undefined) return { status: 200, body: { state: 'done', output: done.output } }
    if (this.burns) this.burnt.add(key)
    return { status: 200, body: { state: this.burns ? 'voided' : 'not-done' } }
  }
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
