import type { Handling } from '../host/occurrences.ts'
import { describeFailure } from './failure.ts'
import { json } from './reply.ts'
import type { Reply } from './reply.ts'

const PROBE_MS = 2_000

/** Whether an alert could be taken now: Temporal knows the namespace, and the evidence store takes a write. */
export async function readiness({ client, store }: Pick<Handling, 'client' | 'store'>): Promise<Reply> {
  const [temporal, evidence] = await Promise.all([
    stateOf(async () => probeTemporal(client)),
    stateOf(async () => store.probe()),
  ])
  const ready = temporal === 'ready' && evidence === 'ready'
  return json(ready ? 200 : 503, { ready, temporal, evidence })
}

async function probeTemporal(client: Handling['client']): Promise<void> {
  const { namespace } = client.options
  await client.withDeadline(Date.now() + PROBE_MS, async () => client.workflowService.describeNamespace({ namespace }))
}

async function stateOf(probe: () => Promise<void>): Promise<string> {
  return probe().then(
    () => 'ready',
    (error: unknown) => describeFailure(error).detail,
  )
}
