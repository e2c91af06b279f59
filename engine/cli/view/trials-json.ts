import type { Scenario } from '../../../schemas/scenario.ts'
import type { Mutation } from '../../rehearsal/mutate.ts'
import { traceOf } from '../../rehearsal/trace.ts'
import type { Trial } from '../../rehearsal/trial.ts'

/** The same for other programs: without times, so that equal catalogues give equal bytes. */
export function trialsJson(
  trials: readonly Trial[],
  { lab, mutation }: { readonly lab: readonly Scenario[]; readonly mutation?: Mutation },
): object {
  return {
    ok: trials.every(({ differences }) => differences.length === 0),
    scenarios: trials.map(trialJson),
    lab: lab.map(({ id, runbook }) => ({ id, runbook })),
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
