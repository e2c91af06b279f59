import type { OutcomeKind } from '../../schemas/plan.ts'
import type { Handling } from '../host/occurrences.ts'
import type { Metrics } from './metrics.ts'

/** Each outcome once; the compiler finds one that is missing. */
const OUTCOMES = Object.keys({
  succeeded: 0,
  'succeeded-with-exception': 0,
  blocked: 0,
  aborted: 0,
  'failed-safe': 0,
  'failed-unsafe': 0,
  escalated: 0,
  'platform-defect': 0,
  'deadline-enforced': 0,
  deferred: 0,
  refused: 0,
} satisfies Record<OutcomeKind, number>)

type Client = Handling['client']

const OURS = 'RunproofRun IS NOT NULL'
const OPEN = `${OURS} AND ExecutionStatus = "Running"`

/** What each gauge counts. `none`: the workflow ended, by force or by a fault, before the run could say how it ended. */
const BY_OUTCOME = new Map([
  ...OUTCOMES.map((outcome) => [outcome, `${OURS} AND RunproofOutcome = "${outcome}"`] as const),
  ['none', `${OURS} AND RunproofOutcome IS NULL AND ExecutionStatus != "Running"`] as const,
])
const BY_PHASE = new Map([
  ['live', `${OPEN} AND RunproofOutcome IS NULL`],
  ['sealing', `${OPEN} AND RunproofOutcome IS NOT NULL`],
  ['waiting', `${OPEN} AND RunproofOutcome IS NULL AND RunproofPhase IN ("waiting", "paused")`],
])

const SCRAPE_MS = 3_000

/** Counts the runs anew. Where Temporal cannot be asked, old numbers are not shown as if they were new. */
export async function countRuns(client: Client, { runs, open, temporal }: Metrics): Promise<void> {
  try {
    await client.withDeadline(Date.now() + SCRAPE_MS, async () => {
      for (const [outcome, count] of await countEach(client, BY_OUTCOME)) runs.set({ outcome }, count)
      for (const [phase, count] of await countEach(client, BY_PHASE)) open.set({ phase }, count)
    })
    temporal.set(1)
  } catch {
    runs.reset()
    open.reset()
    temporal.set(0)
  }
}

/** Waits for every answer, also when one is an error: nothing may be under way when the connection is closed. */
async function countEach(client: Client, queries: ReadonlyMap<string, string>): Promise<[string, number][]> {
  const counts = [...queries].map(async ([name, query]): Promise<[string, number]> => {
    return [name, (await client.workflow.count(query)).count]
  })
  await Promise.allSettled(counts)
  return Promise.all(counts)
}
