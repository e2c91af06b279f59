import { originForPeople } from '../../../actions/net/place.ts'
import { Connections } from '../../host/connections.ts'
import { clockOf, dateOf } from './clock.ts'
import { findingOf, note, ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'

const ANSWER_MS = 3_000

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
  // The path of a webhook may be its secret.
  const place = originForPeople(new URL(url))
  try {
    const from = Date.now()
    const response = await context.fetch(url, { signal })
    await response.body?.cancel()
    const theirs = dateOf(response)
    const clock = Number.isNaN(theirs) ? [] : clockOf(name, { theirs, from, to: Date.now() })
    return [ok(`${name} answers (${place})`), ...clock]
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return [wrong(`${name} does not answer at ${place}: ${why}`, `curl -v ${place}`)]
  }
}
