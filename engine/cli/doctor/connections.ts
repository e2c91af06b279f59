import { Connections } from '../../host/connections.ts'
import { findingOf, note, ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'

const ANSWER_MS = 3_000
/** More than this, and times of two systems cannot be read side by side. */
const SKEW_MS = 5_000

/** Does each configured connection have its secret, does it answer, and is its clock ours? */
export const connections: Look = {
  part: 'connections',
  look: async ({ config }) => {
    const names = Object.keys(config.connections)
    if (names.length === 0)
      return [note('none is configured: no action reaches anything', 'name them under `connections` in runproof.yaml')]
    const opened = new Connections(config, { allow: [], ownPorts: [] })
    const found = await Promise.all(
      names.map(async (name) => lookAt(name, opened).catch((error: unknown) => [of(name, findingOf(error))])),
    )
    const told = config.connections['notify'] === undefined
    const nobody = note(
      'no connection `notify`: nobody is told of runs that wait or end badly',
      'name it under `connections` in runproof.yaml',
    )
    return [...found.flat(), ...(told ? [nobody] : [])]
  },
}

function of(name: string, { says, ...finding }: Omit<Finding, 'part'>): Omit<Finding, 'part'> {
  return { ...finding, says: `${name}: ${says}` }
}

/** Any answer will do: what is asked for here needs no right. */
async function lookAt(name: string, opened: Connections): Promise<Omit<Finding, 'part'>[]> {
  const signal = AbortSignal.timeout(ANSWER_MS)
  const context = await opened.context({ idempotencyKey: '', signal })
  const { url } = context.connection(name)
  try {
    const asked = Date.now()
    const response = await context.fetch(url, { signal })
    await response.body?.cancel()
    return [ok(`${name} answers (${url})`), ...clock(name, response.headers.get('date'), (asked + Date.now()) / 2)]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [wrong(`${name} does not answer at ${url}: ${why}`, `curl -v ${url}`)]
  }
}

function clock(name: string, date: string | null, now: number): Omit<Finding, 'part'>[] {
  const theirs = Date.parse(date ?? '')
  if (Number.isNaN(theirs) || Math.abs(theirs - now) < SKEW_MS) return []
  const seconds = Math.round((theirs - now) / 1000)
  const side = seconds > 0 ? 'ahead of' : 'behind'
  return [wrong(`the clock of ${name} is ${Math.abs(seconds)} s ${side} the one here`, 'timedatectl set-ntp true')]
}
