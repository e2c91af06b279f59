import type { Ended } from './run.ts'

/** What one instance asks in the name of the whole run, and others wait for as well. */
export interface Proposal {
  readonly instance: string
  readonly ended: Promise<Ended>
  settle(ended: Promise<Ended>): void
}

/** A proposal that this instance makes as soon as it gets to it. */
export function proposalBy(instance: string): Proposal {
  let settle: Proposal['settle'] = () => undefined
  const ended = new Promise<Ended>((resolve) => {
    settle = resolve
  })
  // Whoever waits hears of a failure; that nobody waits is none.
  ended.catch(() => undefined)
  return { instance, ended, settle }
}
