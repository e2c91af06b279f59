import type { Plan, ScheduleTrigger } from '../../../schemas/plan.ts'
import { parseCron } from '../../language/cron.ts'
import type { Cron } from '../../language/cron.ts'

/** One schedule trigger of one runbook. */
export interface Schedule {
  /** The same for as long as runbook, times, list and mapping are: a schedule that is changed is a new one. */
  readonly key: string
  readonly plan: Plan
  readonly digest: string
  readonly trigger: ScheduleTrigger
  readonly cron: Cron
}

/** Every schedule of a catalogue. The compiler has refused a cron line that is none. */
export function schedulesOf(
  runbooks: Readonly<Record<string, { readonly plan: Plan; readonly digest: string }>>,
): Schedule[] {
  return Object.values(runbooks).flatMap(({ plan, digest }) =>
    plan.triggers.flatMap((trigger) => {
      const cron = trigger.kind === 'schedule' ? parseCron(trigger.cron) : undefined
      if (trigger.kind !== 'schedule' || cron === undefined || 'problem' in cron) return []
      return [{ key: keyOf(plan, trigger), plan, digest, trigger, cron }]
    }),
  )
}

function keyOf({ runbook }: Plan, { cron, from, map }: ScheduleTrigger): string {
  const mapping = Object.entries(map)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([input, field]) => `${input}=${field}`)
  return ['schedule', runbook.id, cron, from.action, from.list, ...mapping].join('|')
}
