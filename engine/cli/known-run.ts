import { existsSync } from 'node:fs'
import { readBag } from '../../evidence/bag-folder.ts'
import { isReading, readRecord } from '../../evidence/record.ts'
import type { RunRecord } from '../../evidence/record.ts'
import { openStore } from '../../evidence/store.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { RunState, StepState } from '../../schemas/run.ts'
import { siteOf, sitesOf } from '../core/rules.ts'
import { readConfig } from '../host/config.ts'
import { OperatorError } from '../host/operator-error.ts'
import { PlanArchive } from '../host/plan-archive.ts'
import { findRun, stateOf } from '../host/runs.ts'
import { refuseNoRun } from './arguments.ts'
import { atStation } from './station.ts'
import { trustOf } from './trust-folder.ts'
import { inPlanOrder } from './view/step-order.ts'

/** A run as far as it is known here, with its Plan where that was kept. */
export interface KnownRun {
  readonly state: RunState
  readonly plan: Plan | undefined
  /** The bundle that tells it; absent while Temporal does. */
  readonly bundle?: string
}

/** A run, from its bundle where it is sealed: that stays when Temporal has forgotten it. Otherwise as it is now. */
export async function knownRun(folder: string, runId: string): Promise<KnownRun> {
  return (await sealedRun(folder, runId)) ?? liveRun(folder, runId)
}

async function liveRun(folder: string, runId: string): Promise<KnownRun> {
  return atStation(folder, async ({ client, state: { plans } }) => {
    const state = await stateOf(await findRun(client, runId))
    return { state, plan: await new PlanArchive(plans).find(state.planDigest) }
  })
}

async function sealedRun(folder: string, runId: string): Promise<KnownRun | undefined> {
  refuseNoRun(runId)
  const bundle = openStore(readConfig(folder).evidence).bundlePath(runId)
  if (!existsSync(bundle)) return undefined
  const { files } = await readBag(bundle)
  try {
    const record = readRecord(files)
    return { state: stateIn(record), plan: record.plan, bundle }
  } catch {
    throw new OperatorError(
      'RP0501',
      `the bundle ${bundle} cannot be read`,
      `runproof evidence verify ${runId} --trust ${trustOf(folder).path}`,
    )
  }
}

/** What a bundle holds, in the shape of a live run. */
function stateIn(record: RunRecord): RunState {
  const { runId, planDigest, inputs, trigger } = record.admission.admission
  const { id: runbook, title } = record.plan.runbook
  return {
    ...{ runId, runbook, title, planDigest, inputs, trigger },
    phase: 'sealed',
    steps: stepsIn(record),
    facts: factsIn(record),
    outcome: record.outcome,
    entries: record.entries,
  }
}

/** Every step that was carried out, each instance of it, and those that the run never came to. */
function stepsIn({ plan, entries }: RunRecord): StepState[] {
  const ended = entries.flatMap((entry) => (entry.kind === 'step' ? [[entry.step, entry] as const] : []))
  const last = new Map(ended)
  const kinds = new Map(sitesOf(plan).map(({ at, step }) => [at, step?.kind ?? '']))
  const pending = plan.steps
    .filter(({ id }) => !last.has(id))
    .map(({ id, kind }): StepState => ({ id, kind, status: 'pending' }))
  const done = [...last].map(([id, { result, detail, at }]): StepState => ({
    id,
    kind: kinds.get(siteOf(id)) ?? '',
    status: result === 'skipped' ? 'skipped' : 'ended',
    result,
    endedAt: at,
    ...(detail === undefined ? {} : { detail }),
  }))
  return inPlanOrder([...done, ...pending], plan)
}

/** The newest reading of each fact, from the history. */
function factsIn({ history }: RunRecord): RunState['facts'] {
  const records = history.activities.flatMap((activity) => (isReading(activity) ? [activity.result.record] : []))
  return Object.fromEntries(records.map((record) => [record.fact, record]))
}
