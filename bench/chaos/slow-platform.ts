import { setTimeout as wait } from 'node:timers/promises'
import type { Closing } from '../closing.ts'
import type { Lab } from '../lab.ts'
import { askAdmin } from '../admin.ts'

/** A change stands still for about so long, so that kills come between an intent and its receipt. */
const HELD_MS = 400

/** Lets changes in an environment stand still for a moment: inside their transaction, or done and without their reply. */
export async function slowDown(lab: Lab, environment: string, at: 'before-commit' | 'after-commit'): Promise<void> {
  await askAdmin(lab, '/faults', { fault: 'hold', on: 'changes', at, environment, times: 1_000 })
}

/** Lets go on, again and again, what has stood still for long enough. */
export function keepReleasing(lab: Lab, closing: Closing): void {
  const ending = new AbortController()
  const releasing = (async () => {
    for (let before: readonly number[] = []; !ending.signal.aborted;) {
      before = await releaseOld(lab, before).catch(() => before)
      await wait(HELD_MS / 2, undefined, { signal: ending.signal }).catch(() => undefined)
    }
  })()
  closing.after(async () => {
    ending.abort()
    await releasing
  })
}

/** What was held at the last look goes on; answers with what is held now. */
async function releaseOld(lab: Lab, before: readonly number[]): Promise<readonly number[]> {
  const { items } = await askAdmin<{ items: { id: number }[] }>(lab, '/held')
  const held = items.map(({ id }) => id)
  for (const id of held.filter((one) => before.includes(one)))
    await askAdmin(lab, `/held/${id}/release`, { then: 'go' }).catch(() => undefined)
  return held
}
