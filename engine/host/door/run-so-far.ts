import type { Plan } from '../../../schemas/plan.ts'
import type { Admission, EffectReceipt } from '../../../schemas/run.ts'
import { reachableEffects, subjectsOfInputs } from '../../core/rules.ts'
import type { RunSoFar } from '../../core/rules.ts'

/** What rules may know of a run now; receipts are left out where they cannot be read. */
export function runSoFar(
  { runId, inputs }: Admission,
  plans: readonly Plan[],
  effects?: readonly EffectReceipt[],
): RunSoFar {
  const [root] = plans
  return {
    id: runId,
    subjects: root === undefined ? [] : subjectsOfInputs(root.inputs, inputs),
    reachable: root === undefined ? [] : reachableEffects(root),
    now: new Date().toISOString(),
    ...(effects === undefined ? {} : { effects }),
  }
}
