import { setTimeout as wait } from 'node:timers/promises'
import type { Leases } from '../../engine/host/leases/leases.ts'
import { say } from '../say.ts'
import type { Field } from './field.ts'
import { AT_ONCE } from './load.ts'
import { randomFrom } from './random.ts'
import type { Target, TargetKind } from './target.ts'

/** How often each kind was killed. */
export type Kills = Readonly<Record<TargetKind, number>>

/** What was killed, and how many kills met a run that held a lease. */
export interface Killed {
  readonly kills: Kills
  readonly meetingLeases: number
}

/** Between two kills, at random, so that work gets a chance to be in every state. */
const GAP_MS = { least: 50, most: 1200 }
/** While Temporal is away, nothing gets anywhere. */
const SHARE_OF_TEMPORAL = 0.2
const TELL_EVERY = 50
/** A kill waits so long at most for a run that holds a lease. */
const PUT_OFF_MS = 1_000
const LOOK_AGAIN_MS = 50

/** So many kills, spread over so many runs at least. */
export interface Spread {
  readonly kills: number
  readonly runs: number
  readonly seed: number
  /** How many runs have ended so far. */
  readonly ended: () => number
}

/** Kills at random moments, while runs are under way all the time. */
export async function killAtRandom({ targets, leases }: Field, spread: Spread): Promise<Killed> {
  const { kills, seed, ended } = spread
  const random = randomFrom(seed)
  const done = { worker: 0, sealing: 0, temporal: 0 }
  let meetingLeases = 0
  say(`${kills} kills at random, seed ${seed}`)
  for (let count = 0; count < kills;) {
    await wait(GAP_MS.least + random() * (GAP_MS.most - GAP_MS.least))
    if (count >= dueBy(spread)) continue
    const target = await standing(targets, random)
    meetingLeases += (await meetsLease(leases)) ? 1 : 0
    target.kill()
    done[target.kind] += 1
    count += 1
    if (count % TELL_EVERY === 0) say(`${count} of ${kills} kills, ${ended()} runs have ended`)
  }
  await Promise.all(targets.map(async (target) => target.back()))
  return { kills: done, meetingLeases }
}

/** On a busy machine all would be killed before it has done anything: kills are in step with the runs that end. */
function dueBy({ kills, runs, ended }: Spread): number {
  return Math.ceil((kills * Math.min(runs, ended() + AT_ONCE)) / runs)
}

/** Chosen by kind, whichever is up sooner: else what is back soonest would be killed most. */
async function standing(targets: readonly Target[], random: () => number): Promise<Target> {
  const kinds: readonly TargetKind[] = random() < SHARE_OF_TEMPORAL ? ['temporal'] : ['worker', 'sealing']
  for (;;) {
    const wanted = targets.filter(({ kind, up }) => up && kinds.includes(kind))
    const target = wanted[Math.floor(random() * wanted.length)]
    if (target !== undefined) return target
    await wait(LOOK_AGAIN_MS)
  }
}

/** A kill is worth most while a run has something in hand; it is not put off for long. */
async function meetsLease(leases: Leases): Promise<boolean> {
  for (const until = Date.now() + PUT_OFF_MS; Date.now() < until; await wait(LOOK_AGAIN_MS))
    if ((await leases.holders()).length > 0) return true
  return false
}
