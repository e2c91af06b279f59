import { setTimeout as wait } from 'node:timers/promises'
import type { LeaseStore } from './store.ts'

/** How long a lease lasts where nobody renews it: so long others wait after a worker was killed. */
const TTL_MS = 30_000

/** Pause between two tries to take what another run has. */
const TRY_AGAIN_MS = 250

/** Without a further effect of the run, its leases are renewed no longer than this: a forgotten run blocks nobody for ever. */
const MOST_MS = 3_600_000

/** What a run holds, each resource with its fencing token, and until when on the monotonic clock of this process. */
export interface Hold {
  readonly fencing: Readonly<Record<string, number>>
  readonly until: () => number
}

/** Who has a resource that could not be had in time. */
export interface Refusal {
  readonly resource: string
  readonly heldBy: string
}

interface Held {
  /** By resource: its token, and the moment on the monotonic clock at which it may be gone. */
  readonly resources: Map<string, { readonly token: number; readonly until: number }>
  readonly giveUpAt: number
}

/**
 * The leases of the runs that pass through this process (G3): a run holds what it has taken until it ends, for itself and for
 * everything that it calls. They are renewed while this process lives, and end by themselves where it does not.
 */
export class Leases {
  readonly #store: LeaseStore
  readonly #ttlMs: number
  readonly #held = new Map<string, Held>()
  #renewing: NodeJS.Timeout | undefined

  constructor(store: LeaseStore, ttlMs = TTL_MS) {
    this.#store = store
    this.#ttlMs = ttlMs
  }

  /** Takes resources for a run, in sorted order, waiting for others no longer than this; all that it has are kept either way. */
  async take(
    runId: string,
    resources: readonly string[],
    { patienceMs, heartbeat }: { readonly patienceMs: number; readonly heartbeat: () => void },
  ): Promise<Hold | Refusal> {
    const until = performance.now() + patienceMs
    for (const resource of [...new Set(resources)].sort()) {
      for (;;) {
        heartbeat()
        const began = performance.now()
        const taken = await this.#store.take(resource, runId, this.#ttlMs)
        if ('token' in taken) {
          this.#note(runId, { resource, token: taken.token, until: began + this.#ttlMs })
          break
        }
        if (performance.now() >= until) return { resource, heldBy: taken.heldBy }
        await wait(TRY_AGAIN_MS)
      }
    }
    return this.#holdOf(runId, resources)
  }

  /**
   * Takes resources for one pass, on top of its run's leases: passes of one run do not exclude each other by these. `releaseAlone`
   * gives them back.
   */
  async takeAlone(
    { runId, pass }: { readonly runId: string; readonly pass: string },
    resources: readonly string[],
    wait: Parameters<Leases['take']>[2],
  ): Promise<Hold | Refusal> {
    const within = resources.map((resource) => `${resource} within ${runId}`)
    return this.take(passHolder(runId, pass), within, wait)
  }

  /** Gives back what one pass has taken on top of its run's leases. */
  async releaseAlone(runId: string, pass: string): Promise<void> {
    if (this.#held.has(passHolder(runId, pass))) await this.release(passHolder(runId, pass))
  }

  /** Whether a pass of this run, in whichever process, has resources for itself. */
  async isUnderWay(runId: string): Promise<boolean> {
    return (await this.#store.holders()).some((holder) => holder.startsWith(passHolder(runId, '')))
  }

  /** Gives back what a run holds, here and in the store. */
  async release(runId: string): Promise<void> {
    this.#held.delete(runId)
    this.#stopIfIdle()
    await this.#store.release(runId)
  }

  /** Runs that hold something, whichever process took it. */
  async holders(): Promise<readonly string[]> {
    return (await this.#store.holders()).filter((holder) => !holder.startsWith('pass '))
  }

  /** Renews nothing more; what is held ends by expiry, or by the release of its run. */
  async close(): Promise<void> {
    this.#held.clear()
    this.#stopIfIdle()
    await this.#store.close()
  }

  #holdOf(runId: string, resources: readonly string[]): Hold {
    const held = this.#held.get(runId)?.resources
    const fencing = Object.fromEntries(resources.map((resource) => [resource, held?.get(resource)?.token ?? 0]))
    return { fencing, until: () => this.#untilOf(runId, fencing) }
  }

  /** A resource that was lost meanwhile, and perhaps taken again, is not held as it was. */
  #untilOf(runId: string, fencing: Hold['fencing']): number {
    const held = this.#held.get(runId)?.resources
    const each = Object.entries(fencing).map(([resource, token]) => {
      const now = held?.get(resource)
      return now?.token === token ? now.until : -Infinity
    })
    return Math.min(Infinity, ...each)
  }

  #note(runId: string, { resource, ...taken }: { resource: string; token: number; until: number }): void {
    const resources = this.#held.get(runId)?.resources ?? new Map<string, typeof taken>()
    resources.set(resource, taken)
    this.#held.set(runId, { resources, giveUpAt: performance.now() + MOST_MS })
    this.#renewing ??= setInterval(() => void this.#renewAll(), this.#ttlMs / 3).unref()
  }

  async #renewAll(): Promise<void> {
    await Promise.all([...this.#held].map(async ([runId, held]) => this.#renew(runId, held).catch(() => undefined)))
    this.#stopIfIdle()
  }

  /** A store that does not answer leaves the leases as they are: they end at their time. */
  async #renew(runId: string, held: Held): Promise<void> {
    if (performance.now() > held.giveUpAt) return void this.#held.delete(runId)
    const began = performance.now()
    const resources = [...held.resources.keys()]
    const kept = await this.#store.renew(resources, runId, this.#ttlMs)
    for (const resource of resources) {
      const { token } = held.resources.get(resource) ?? { token: 0 }
      if (kept.includes(resource)) held.resources.set(resource, { token, until: began + this.#ttlMs })
      else held.resources.delete(resource)
    }
    if (held.resources.size === 0) this.#held.delete(runId)
  }

  #stopIfIdle(): void {
    if (this.#held.size > 0) return
    clearInterval(this.#renewing)
    this.#renewing = undefined
  }
}

/** No run has a space in its id. */
function passHolder(runId: string, pass: string): string {
  return `pass ${runId} ${pass}`
}

/** Whether a run got all that it asked for. */
export function isHeld(taken: Hold | Refusal): taken is Hold {
  return 'fencing' in taken
}
