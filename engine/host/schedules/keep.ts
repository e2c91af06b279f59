import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../carriable.ts'
import { fireDue, timeText } from './fire.ts'
import type { Firing, ScheduledStart } from './fire.ts'
import type { Schedule } from './schedule.ts'
import { tellOwner } from './tell-owner.ts'
import type { Telling } from './tell-owner.ts'

/** What schedules are kept with. */
export interface Keeping extends Firing, Telling {
  /** Hears of every decision, to count it. */
  readonly decided: (start: ScheduledStart) => void
  /** The host's clock. */
  readonly now?: () => number
}

const TICK_MS = 1_000

/** How long a schedule rests whose list could not be read, or whose runs could not be started. */
const REST_MS = 15_000

/** Looks at all schedules every second, and starts what is due; ends in order. */
export function keepSchedules(schedules: readonly Schedule[], keeping: Keeping): { stop(): Promise<void> } {
  const ending = new AbortController()
  const kept = schedules.map(async (schedule) => keepOne(schedule, keeping, ending.signal))
  return {
    stop: async () => {
      ending.abort()
      await Promise.all(kept)
    },
  }
}

/** One schedule waits for no other. Of failures in a row, the owner is told once. */
async function keepOne(schedule: Schedule, keeping: Keeping, ending: AbortSignal): Promise<void> {
  let failing = false
  while (!ending.aborted) {
    const starts = await fire(schedule, { ...keeping, ending })
    const failed = starts.some(({ result }) => result === 'failed')
    if (failed && !failing) await tellOwner(schedule, starts, keeping)
    failing = failed
    await wait(failing ? REST_MS : TICK_MS, undefined, { signal: ending }).catch(() => undefined)
  }
}

async function fire(schedule: Schedule, keeping: Keeping): Promise<ScheduledStart[]> {
  const now = (keeping.now ?? Date.now)()
  const starts = await fireDue(schedule, now, keeping).catch((error: unknown) => [failureOf(schedule, now, error)])
  for (const start of starts) {
    keeping.decided(start)
    if (start.result === 'failed') keeping.log.error(start, 'a schedule could not be carried out')
    else keeping.log.info(start, 'a schedule asked for a run')
  }
  return starts
}

const MINUTE_MS = 60_000

/** Whoever is told of failures knows them apart by their times: one of another day is another one. */
function failureOf({ plan }: Schedule, now: number, error: unknown): ScheduledStart {
  const time = timeText(now - (now % MINUTE_MS))
  const detail = messageOf(error, 'no reason given')
  return { runbook: plan.runbook.id, time, item: '', result: 'failed', detail }
}
