import type { Scenario } from '../../../schemas/scenario.ts'
import type { Mutation } from '../../rehearsal/mutate.ts'
import { traceOf } from '../../rehearsal/trace.ts'
import type { Trial } from '../../rehearsal/trial.ts'

/** What was tried on recorded facts and on the lab, and what waits for the lab. */
export interface TriedScenarios {
  readonly facts: readonly Trial[]
  readonly lab: readonly Trial[]
  readonly waiting: readonly Scenario[]
}

/** The same for other programs: without times, so that equal catalogues give equal bytes. */
export function trialsJson({ facts, lab, waiting }: TriedScenarios, mutation?: Mutation): object {
  return {
    ok: [...facts, ...lab].every(({ differences }) => differences.length === 0),
    scenarios: facts.map(trialJson),
    lab: [...lab.map(trialJson), ...waiting.map(({ id, runbook }) => ({ id, runbook, played: false }))],
    ...(mutation === undefined ? {} : { mutation }),
  }
}

function trialJson({ scenario, differences, rehearsed, twin }: Trial): object {
  const { id, runbook, place, spans } = scenario
  return {
    ...{ id, runbook, place },
    ok: differences.length === 0,
    differences: differences.map((difference) => ({
      ...difference,
      ...(spans[difference.at] === undefined ? {} : { span: spans[difference.at] }),
    })),
    ...(rehearsed === undefined ? {} : { outcome: rehearsed.outcome.name, steps: traceOf(rehearsed) }),
    ...(twin === undefined ? {} : { twin: { stoppedBy: twin.stoppedBy } }),
  }
}
