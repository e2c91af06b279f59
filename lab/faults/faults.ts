import { matches, type Call } from './call.ts'
import type { Fault, HappeningInAdvance, RequestFault } from './fault.ts'

/** A fault that is on, with the requests that are left to it. */
interface Active {
  readonly id: number
  readonly fault: Fault
  left: number
}

/** The faults that are switched on. */
export interface Faults {
  add(fault: Fault): number
  remove(id: number): boolean
  clear(): void
  list(): { id: number; left?: number; fault: Fault }[]
  /** The oldest fault of this kind for the request, which counts as used. */
  take<K extends RequestFault['fault']>(
    kind: K,
    call: Call,
    at?: string,
  ): Extract<RequestFault, { fault: K }> | undefined
  /** What was set to happen before this request, or after it if it was the last one counted. */
  due(moment: 'before' | 'after', call: Call): HappeningInAdvance[]
  silenced(agent: string): boolean
  stalled(follower: string): boolean
  metrics(): 'empty' | 'nan' | 'error' | undefined
}

/** Starts with no fault. */
export function openFaults(): Faults {
  let active: Active[] = []
  let last = 0
  const use = (one: Active) => {
    one.left -= 1
    if (one.left <= 0) active = active.filter((other) => other !== one)
    return one.left <= 0
  }
  return {
    add(fault) {
      last += 1
      active.push({ id: last, fault, left: timesOf(fault) })
      return last
    },
    remove(id) {
      const before = active.length
      active = active.filter((one) => one.id !== id)
      return active.length < before
    },
    clear() {
      active = []
    },
    list: () => active.map(({ id, fault, left }) => (Number.isFinite(left) ? { id, left, fault } : { id, fault })),
    take(kind, call, at) {
      const found = active.find(
        ({ fault }) => isFor(fault, kind, call) && (at === undefined || ('at' in fault && fault.at === at)),
      )
      if (found === undefined) return undefined
      use(found)
      return found.fault as Extract<RequestFault, { fault: typeof kind }>
    },
    due: (moment, call) =>
      active.flatMap((one) => (isDue(one.fault, moment, call) && use(one) ? [one.fault as HappeningInAdvance] : [])),
    silenced: (agent) => active.some(({ fault }) => partOf(fault, 'silence') === agent),
    stalled: (follower) => active.some(({ fault }) => partOf(fault, 'stall') === follower),
    metrics: () => active.map(({ fault }) => fault).find((fault) => fault.fault === 'metrics')?.mode,
  }
}

function timesOf(fault: Fault): number {
  if ('when' in fault) return 'count' in fault.when ? fault.when.count : 1
  return ('times' in fault ? fault.times : undefined) ?? Infinity
}

function isFor(fault: Fault, kind: RequestFault['fault'], call: Call): boolean {
  return fault.fault === kind && 'on' in fault && matches(fault, call)
}

/** A happening counts only requests about what it happens to. */
function isDue(fault: Fault, moment: 'before' | 'after', call: Call): boolean {
  if (!('when' in fault)) return false
  const on =
    moment === 'before' ? 'before' in fault.when && fault.when.before : 'after' in fault.when && fault.when.after
  return on !== false && matches({ ...fault.with, on }, call)
}

function partOf(fault: Fault, what: 'silence' | 'stall'): string | undefined {
  if (!fault.fault.startsWith(what)) return undefined
  if ('edge' in fault) return fault.edge
  return 'host' in fault ? fault.host : undefined
}
