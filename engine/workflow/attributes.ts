import { patched, upsertSearchAttributes } from '@temporalio/workflow'
import type { Outcome, RunInput, RunState } from '../../schemas/run.ts'
import { attributes } from './messages.ts'

/** Keeps what lists of runs show up to date. Only ids of environments and apps go there, never other inputs (G30). */
export class Attributes {
  readonly #input: RunInput
  #phase: string

  /** `phase`: what an earlier execution has left to be shown. */
  constructor(input: RunInput, phase: string) {
    this.#input = input
    this.#phase = phase
  }

  /** `waiting` or `running`; nothing, as long as it has never waited. */
  get shown(): string {
    return this.#phase
  }

  /** Says what the run is about, once for all executions. */
  begin(): void {
    const { plan, admission, continued } = this.#input
    if (plan.planVersion === 1 || continued !== undefined) return
    const { inputs } = admission.admission
    const named = (['environment', 'app'] as const).flatMap((name) => {
      const type = plan.inputs[name]?.type
      const value = inputs[name]
      const isId = type?.kind === 'id' && type.of === name && typeof value === 'string'
      return isId ? [{ key: attributes[name], value }] : []
    })
    if (named.length > 0) upsertSearchAttributes(named)
  }

  /** `waiting` while people are asked, `paused` while the run is, `running` otherwise. */
  follow({ phase }: RunState): void {
    if (this.#input.plan.planVersion === 1) return
    const waits = phase === 'waiting' || phase === 'paused'
    const shown = waits ? wordFor(phase) : 'running'
    if (shown === this.#phase || (this.#phase === '' && !waits)) return
    this.#phase = shown
    upsertSearchAttributes([{ key: attributes.phase, value: shown }])
  }

  ended(outcome: Outcome): void {
    upsertSearchAttributes([{ key: attributes.outcome, value: outcome.as }])
  }
}

/** Executions that were under way before `paused` was a word of its own are replayed as they were. */
function wordFor(phase: 'waiting' | 'paused'): string {
  return phase === 'paused' && patched('shows-paused') ? 'paused' : 'waiting'
}
