import { proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { BareActivities } from './bare-activities.ts'

/** What the hand-written workflow is told. */
export interface BareInput {
  readonly environment: string
  readonly app: string
  readonly first: string
  readonly second: string
  readonly steps: number
  /** The queue of the rollbacks; the workflow's own where it is not given. */
  readonly rollbacks?: string
}

/** The steps of the measured runbook, as a person would write them for Temporal alone. */
export async function bareSteps({ environment, app, first, second, steps, rollbacks }: BareInput): Promise<void> {
  const { runId } = workflowInfo()
  const { readOwner } = proxyActivities<BareActivities>(PATIENCE)
  const { rollBack } = proxyActivities<BareActivities>({
    ...PATIENCE,
    ...(rollbacks === undefined ? {} : { taskQueue: rollbacks }),
  })
  for (let step = 1; step <= steps; step += 1) {
    const { epoch: expectedEpoch } = await readOwner({ environment, app })
    const to = step % 2 === 1 ? first : second
    await rollBack({ environment, app, to, expectedEpoch, key: `${runId}/${step}` })
  }
}

const PATIENCE = { startToCloseTimeout: '1 minute' } as const
