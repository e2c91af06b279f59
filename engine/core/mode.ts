import type { TriggerMode } from '../../schemas/plan.ts'
import type { Trigger } from '../../schemas/run.ts'

/** How far a run may go that was started so: a person's acts. */
export function modeOf(trigger: Trigger | undefined): TriggerMode {
  return trigger === undefined || trigger.kind === 'person' ? 'act' : (trigger.mode ?? 'act')
}
