import { proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { BareActivities } from './bare-activities.ts'

const { readOwner, rollBack } = proxyActivities<BareActivities>({ startToCloseTimeout: '1 minute' })

/** What the hand-written workflow is told. */
export interface BareInput {
  readonly environment: string
  readonly app: string
  readonly first: string
  readonly second: string
  readonly steps: number
}

/** The steps of the measured runbook, as a person would write them for Temporal alone. */
export async function bareSteps({ environment, app, first, second, steps }: BareInput): Promise<void> {
  const { runId } = workflowInfo()
  for (let step = 1; step <= steps; step += 1) {
    const { epoch: expectedEpoch } = await readOwner({ environment, app })
    const to = step % 2 === 1 ? first : second
    await rollBack({ environment, app, to, expectedEpoch, key: `${runId}/${step}` })
  }
}
