import { setTimeout as wait } from 'node:timers/promises'
import { say } from '../say.ts'
import type { Field } from './field.ts'
import { randomFrom } from './random.ts'
import type { TargetKind } from './target.ts'

/** How often each kind was killed. */
export type Kills = Readonly<Record<TargetKind, number>>

/** What was killed, and how many kills met a run that held a lease. */
export interface Killed {
  readonly kills: Kills
  readonly meetingLeases: number
}

/** Between two kills, at random, so that work gets a chance to be in every state. */
const GAP_MS = { least: 50, most: 2000 }
/** Temporal is back in half a second and would be killed most; while it is away, nothing gets anywhere. */
const SHARE_OF_TEMPORAL = 0.2
const TELL_EVERY = 50

/** Kills whatever is up, at random moments, as long as runs are under way and kills are left. */
export async function killAtRandom(
  { targets, leases }: Field,
  { kills, seed, underWay }: { readonly kills: number; readonly seed: number; readonly underWay: () => number },
): Promise<Killed> {
  const random = randomFrom(seed)
  const done = { worker: 0, sealing: 0, temporal: 0 }
  let meetingLeases = 0
  say(`${kills} kills at random, seed ${seed}`)
  for (let count = 0; count < kills && underWay() > 0;) {
    await wait(GAP_MS.least + random() * (GAP_MS.most - GAP_MS.least))
    const kinds: readonly TargetKind[] = random() < SHARE_OF_TEMPORAL ? ['temporal'] : ['worker', 'sealing']
    const standing = targets.filter(({ up, kind }) => up && kinds.includes(kind))
    const target = standing[Math.floor(random() * standing.length)]
    if (target === undefined) continue
    if ((await leases.holders()).length > 0) meetingLeases += 1
    target.kill()
    done[target.kind] += 1
    count += 1
    if (count % TELL_EVERY === 0) say(`${count} of ${kills} kills, ${underWay()} runs not ended`)
  }
  await Promise.all(targets.map(async (target) => target.back()))
  return { kills: done, meetingLeases }
}
