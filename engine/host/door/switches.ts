import type { Denial } from '../../../schemas/run.ts'
import { lineage } from '../../core/rules.ts'
import { closingAt } from '../calendar.ts'
import { covers } from '../stops.ts'
import type { Stop } from '../stops.ts'
import type { Pass } from './open.ts'

/** The emergency stop binds every effect; the change window every one that is not protective (guards.md 1). */
export async function closedBy(pass: Pass): Promise<Denial | undefined> {
  return (await stoppedBy(pass)) ?? (await outsideWindow(pass))
}

async function stoppedBy({ seam, admission, guarded, plan, input }: Pass): Promise<Denial | undefined> {
  const environment = typeof input['environment'] === 'string' ? input['environment'] : undefined
  const lineages = guarded.flatMap(({ effect }) => lineage(effect, { ...seam.host.catalogue.effects, ...plan.effects }))
  try {
    const stops = await seam.host.stops.inForce()
    const stop = stops.find((held) => covers(held, { run: admission.runId, environment, lineage: lineages }))
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

async function outsideWindow({ seam, guarded, plan, input }: Pass): Promise<Denial | undefined> {
  const effects = { ...seam.host.catalogue.effects, ...plan.effects }
  if (guarded.every(({ effect }) => effects[effect]?.protective === true)) return undefined
  const closing = closingAt(seam.host.catalogue.calendar, new Date(), input['environment'])
  if (closing === undefined) return undefined
  return closed(
    'change-window',
    `no new change now: closed until ${closing.to} (${closing.reason ?? 'calendar'})`,
    'wait for the window, or change runbooks/calendar.yaml',
  )
}

function closed(by: 'stop-switch' | 'change-window', message: string, next: string): Denial {
  return { by, unknown: false, message, verdicts: [], next }
}
