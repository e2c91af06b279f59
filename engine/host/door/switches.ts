import type { Denial } from '../../../schemas/run.ts'
import { closingAt } from '../calendar.ts'
import { covers } from '../stops.ts'
import type { Stop } from '../stops.ts'
import { fullLineage, isProtective } from './hierarchy.ts'
import type { Pass } from './open.ts'

/** The emergency stop binds every effect; the change window every one that is not protective (guards.md 1). */
export async function closedBy(pass: Pass): Promise<Denial | undefined> {
  return (await stoppedBy(pass)) ?? outsideWindow(pass)
}

/** The emergency stop that holds this effect back, if any; where nobody can say, it is held back too. */
export async function stoppedBy(pass: Pass): Promise<Denial | undefined> {
  const { seam, admission, guarded, plans, environments } = pass
  const lineage = guarded.flatMap(({ effect }) => fullLineage(effect, plans, seam.host))
  try {
    const stops = await seam.host.stops.inForce()
    const stop = stops.find((held) => covers(held, { run: admission.runId, environments, lineage }))
    return stop === undefined ? undefined : stopped(stop)
  } catch {
    return {
      ...closed('stop-switch', 'nobody can say whether an emergency stop is in force', 'make .runproof/stops readable'),
      unknown: true,
    }
  }
}

function stopped(stop: Stop): Denial {
  return closed(
    'stop-switch',
    `an emergency stop is in force (${stop.id}, by ${stop.by}: ${stop.reason})`,
    `runproof release ${stop.id} --reason "…"`,
  )
}

function outsideWindow({ seam, guarded, plans, input, undo }: Pass): Denial | undefined {
  // A new change is held back; what takes one back is not new.
  if (undo || guarded.every(({ effect }) => isProtective(effect, plans, seam.host))) return undefined
  const closing = closingAt(seam.host.catalogue.calendar, new Date(), input['environment'])
  if (closing === undefined) return undefined
  return closed(
    'change-window',
    `no new change now: closed until ${closing.to} (${closing.reason ?? 'calendar'})`,
    'wait for the window, or change runbooks/calendar.yaml and start the workers again',
  )
}

function closed(by: 'stop-switch' | 'change-window', message: string, next: string): Denial {
  return { by, unknown: false, message, verdicts: [], next }
}
