import type { Json } from '../../schemas/json.ts'
import type { DuringCheck, Plan } from '../../schemas/plan.ts'
import type { EffectReceipt } from '../../schemas/run.ts'
import { isUnder } from './rules/effects.ts'

/**
 * The receipts that the interpreter itself may still look at: all, where an expression of the runbook names them; otherwise those
 * that open or close an interval of a rule. The door has its own.
 */
export function receiptsSeen(plan: Plan, receipts: readonly EffectReceipt[]): readonly EffectReceipt[] {
  const plans = withCallees(plan)
  if (plans.some(namesReceipts)) return receipts
  return receipts.filter((receipt) => plans.some((one) => bounds(one, receipt)))
}

function withCallees(plan: Plan): Plan[] {
  return [plan, ...Object.values(plan.callees ?? {}).flatMap(withCallees)]
}

/** Does an expression name `run.effects` or `run.subjects`? Rules are judged by the door. */
function namesReceipts({ steps, facts, outcomes, outputs = {} }: Plan): boolean {
  return [steps, facts, outcomes, outputs].some((part) => hasPath(part as unknown as Json))
}

function hasPath(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (!Array.isArray(value)) return Object.values(value).some(hasPath)
  const [root, field] = value as readonly Json[]
  return (root === 'run' && (field === 'effects' || field === 'subjects')) || value.some(hasPath)
}

function bounds({ rules, effects }: Plan, { effect }: EffectReceipt): boolean {
  if (!Object.hasOwn(effects, effect)) return false
  const checks = rules.flatMap((rule) => rule.checks.filter((check): check is DuringCheck => check.form === 'during'))
  return checks.some(({ from, to }) => isUnder(effect, [from, to], effects))
}
