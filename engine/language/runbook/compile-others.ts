import type { BlockStep, CallStep, Plan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { compileInputs } from '../compile/inputs.ts'
import type { Detail, Frame, Place } from './frame.ts'
import type { Step, StepDraft } from './step.ts'

/** Compiles a `call`: the other runbook's inputs are filled and checked like those of an action. */
export function compileCall(draft: StepDraft & { kind: 'call' }, frame: Frame, { bench }: Place): Detail {
  const { callee, calleeSpan, fields } = draft
  const taker = { name: callee.runbook.id, input: { kind: 'object', fields: inputsOf(callee) } } as const
  const inputs = compileInputs(taker, { with: fields['with'], at: calleeSpan }, bench)
  const plan: CallStep = { ...frame, kind: 'call', runbook: callee.runbook.id, with: inputs.operands }
  return { plan, needs: inputs.uses, reads: [], expects: [], bounds: [] }
}

/** An input with a default need not be given. */
function inputsOf({ inputs }: Plan): Record<string, ValueType> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, default: preset }]): [string, ValueType] => [
      name,
      preset === undefined ? type : { kind: 'optional', inner: type },
    ]),
  )
}

/** A block: its steps are compiled already. */
export function compileBlock(frame: Frame, steps: readonly Step[]): Detail {
  const plan: BlockStep = { ...frame, kind: 'block', steps: steps.map((step) => step.plan) }
  return { plan, steps, needs: [], reads: [], expects: [], bounds: [] }
}
