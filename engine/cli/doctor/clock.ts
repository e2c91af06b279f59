import { wrong } from './finding.ts'
import type { Finding } from './finding.ts'

/** More than this, and times of two systems cannot be read side by side. */
const SKEW_MS = 5_000

/** A time that another system told, at some moment between two looks at the clock here. */
export interface ToldTime {
  readonly theirs: number
  readonly from: number
  readonly to: number
}

/** That a clock and the one here are too far apart, whichever of the two is wrong; nothing where they are not. */
export function clockOf(whose: string, { theirs, from, to }: ToldTime): Omit<Finding, 'part'>[] {
  const ahead = theirs > to ? theirs - to : Math.min(theirs - from, 0)
  if (Math.abs(ahead) < SKEW_MS) return []
  const apart = `${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? 'ahead of' : 'behind'}`
  return [wrong(`the clock of ${whose} is ${apart} the one here`, 'timedatectl set-ntp true, where the clock is wrong')]
}

/** When a server says that its answer was made. What a cache has kept was made earlier by its age. */
export function dateOf({ headers }: Pick<Response, 'headers'>): number {
  const age = Number(headers.get('age') ?? 0)
  return Date.parse(headers.get('date') ?? '') + (age > 0 ? age * 1000 : 0)
}
