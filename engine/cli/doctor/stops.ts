import { existsSync } from 'node:fs'
import { compileConfigured } from '../../host/installation.ts'
import { stopsInForce } from '../stops-here.ts'
import { note, ok } from './finding.ts'
import type { Finding, Look, Patient } from './finding.ts'

/** Is an emergency stop in force, or the change window closed now? Neither is wrong; both surprise. */
export const stops: Look = {
  part: 'stops',
  look: async (patient) => {
    const found = [...(await inForce(patient)), ...(await closedNow(patient))]
    return found.length === 0 ? [ok('no emergency stop is in force, and no change window is closed now')] : found
  },
}

async function inForce({ folder, state }: Patient): Promise<Omit<Finding, 'part'>[]> {
  if (!existsSync(state.stops)) return []
  const held = await stopsInForce(folder)
  return held.map(({ id, by, reason, at }) =>
    note(`emergency stop ${id} is in force since ${at} (${by}: ${reason})`, `runproof release ${id} --reason "…"`),
  )
}

async function closedNow({ config }: Patient): Promise<Omit<Finding, 'part'>[]> {
  const now = Date.now()
  const { calendar } = await compileConfigured(config)
  return calendar.closed
    .filter(({ from, to }) => Date.parse(from) <= now && now < Date.parse(to))
    .map(({ to, reason = 'no reason given' }) =>
      note(`the change window is closed until ${to}: ${reason}`, 'wait, or change calendar.yaml of the catalogue'),
    )
}
