import type { ChangeKind } from './call.ts'

/** A mutating request that is held, for as long as nobody releases it. */
export interface HeldRequest {
  readonly id: number
  readonly kind: ChangeKind
  readonly at: 'before-commit' | 'after-commit'
  readonly idempotencyKey: string
}

/** `go`: as if it had not been held. `abort`: undone if it is not committed, and never answered. */
export type Verdict = 'go' | 'abort'

/** The requests that are held now. */
export interface HeldRequests {
  hold(request: Omit<HeldRequest, 'id'>): Promise<Verdict>
  list(): HeldRequest[]
  release(id: number, verdict: Verdict): boolean
  releaseAll(verdict: Verdict): void
}

/** Starts with none. */
export function openHeldRequests(): HeldRequests {
  const held = new Map<number, { request: HeldRequest; decide: (verdict: Verdict) => void }>()
  let last = 0
  const release = (id: number, verdict: Verdict) => {
    held.get(id)?.decide(verdict)
    return held.delete(id)
  }
  return {
    hold(request) {
      last += 1
      const id = last
      return new Promise((decide) => held.set(id, { request: { id, ...request }, decide }))
    },
    list: () => [...held.values()].map(({ request }) => request),
    release,
    releaseAll(verdict) {
      for (const id of [...held.keys()]) release(id, verdict)
    },
  }
}
