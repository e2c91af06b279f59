import type { Json, JsonObject } from '../../schemas/json.ts'
import type { StepPlan } from '../../schemas/plan.ts'
import type { EffectResult } from '../../schemas/run.ts'
import type { Run } from './run.ts'
import { fromTheTop } from './seen.ts'

type Done = EffectResult & { readonly status: 'done' | 'already-done' }

/** Notes the effects that the door has a receipt for, with their targets (G15). */
export function noteReceipts(
  run: Run,
  { step, action, input }: { step: string; action: string; input: JsonObject },
  result: Done,
): void {
  const at = new Date(run.ports.clock.nowMs()).toISOString()
  const approved = fromTheTop(run).some(wasApproved)
  for (const effect of result.effects) {
    const target = targetOf(run, { action, effect }, input)
    run.whole.receipts.push({ step, effect, target, status: result.status, at, approved, undone: false })
  }
}

/** Notes that the effects of a step were taken back. */
export function noteUndone({ whole }: Run, step: string): void {
  whole.receipts.forEach((receipt, at) => {
    if (receipt.step === step) whole.receipts[at] = { ...receipt, undone: true }
  })
}

/** The typed subject of an effect, as the action's contract maps its input to it. */
function targetOf(run: Run, { action, effect }: { action: string; effect: string }, input: JsonObject): JsonObject {
  const contract = Object.hasOwn(run.plan.contracts, action) ? run.plan.contracts[action] : undefined
  const fields = contract?.kind === 'action' ? (contract.effects[effect] ?? {}) : {}
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, from]): [string, Json][] => {
      const value = typeof from === 'string' ? input[from] : from.literal
      return value === undefined ? [] : [[field, value]]
    }),
  )
}

function wasApproved({ plan, results }: Run): boolean {
  return approvals(plan.steps).some(({ id }) => results.get(id) === 'done')
}

function approvals(steps: readonly StepPlan[]): StepPlan[] {
  return steps.flatMap((step) =>
    step.kind === 'block' ? approvals(step.steps) : step.kind === 'approve' ? [step] : [],
  )
}
