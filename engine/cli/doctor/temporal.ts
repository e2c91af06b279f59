import type { Client } from '@temporalio/client'
import { QUEUES } from '../../../schemas/run.ts'
import { compileConfigured } from '../../host/installation.ts'
import { connectTemporal, SEARCH_ATTRIBUTES } from '../../host/temporal.ts'
import { ofOtherCatalogues, pollersAt } from '../../host/workers.ts'
import { temporalOf } from '../station.ts'
import { counted } from '../view/counted.ts'
import { clockOf } from './clock.ts'
import { note, ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'
import { timeOf } from './temporal-clock.ts'

const ANSWER_MS = 5_000

/** Can Temporal be reached, does it know our search attributes, is its clock ours, and does somebody work and seal? */
export const temporal: Look = {
  part: 'temporal',
  look: async ({ state, config }) => {
    const place = temporalOf(state)
    const { digest } = await compileConfigured(config)
    const client = await connectTemporal(place)
    try {
      const found = await client.withDeadline(Date.now() + ANSWER_MS, async () => lookAt(client, digest))
      const reached = ok(`${place.address}, namespace ${place.namespace}`)
      return [reached, ...found]
    } finally {
      await client.connection.close()
    }
  },
}

async function lookAt(client: Client, catalogueDigest: string): Promise<Omit<Finding, 'part'>[]> {
  const { now, found } = await clock(client)
  const workers = await pollersAt(client, QUEUES.runs, now)
  const sealers = await pollersAt(client, QUEUES.sealing, now)
  return [
    ...(await attributes(client)),
    ...found,
    polled(workers, { queue: QUEUES.runs, who: 'worker', command: 'worker' }),
    ...otherCatalogues(workers, catalogueDigest),
    polled(sealers, { queue: QUEUES.sealing, who: 'sealing process', command: 'sealer' }),
  ]
}

/** Questions to people end by the clock of Temporal, and doors judge votes on them by the clock here. */
async function clock(client: Client): Promise<{ readonly now: number; readonly found: Omit<Finding, 'part'>[] }> {
  try {
    const told = await timeOf(client)
    return { now: told.theirs, found: clockOf('Temporal', told) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const unknown = note(
      `the clock of Temporal cannot be told: ${why}`,
      'compare `date -u` here and where Temporal runs',
    )
    return { now: Date.now(), found: [unknown] }
  }
}

async function attributes(client: Client): Promise<Omit<Finding, 'part'>[]> {
  const { namespace } = client.options
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace })
  const absent = Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in (customAttributes ?? {})))
  if (absent.length === 0) return []
  return [wrong(`the namespace lacks the search attributes ${absent.join(', ')}`, 'runproof up (or: runproof worker)')]
}

interface Polled {
  readonly queue: string
  readonly who: string
  readonly command: string
}

function polled(pollers: readonly string[], { queue, who, command }: Polled): Omit<Finding, 'part'> {
  if (pollers.length > 0) return ok(`${counted(pollers.length, who)} at ${queue}`)
  return wrong(`no ${who} polls ${queue}: runs wait`, `runproof up (or: runproof ${command})`)
}

/** Rules, calendar and allowlist of a catalogue hold where the workers have opened it, and they open it when they start. */
function otherCatalogues(workers: readonly string[], digest: string): Omit<Finding, 'part'>[] {
  return ofOtherCatalogues(workers, digest).map((worker) =>
    wrong(
      `the worker ${worker} has opened another catalogue than the one here: what was changed since does not hold there`,
      'start it again: Ctrl-C and `runproof up` (or: runproof worker)',
    ),
  )
}
