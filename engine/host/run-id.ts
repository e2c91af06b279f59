import { randomBytes } from 'node:crypto'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'

/** A new run's id: sorts by time, reads well in a terminal, and is safe in file names. */
export function newRunId(runbook: string, now = new Date()): string {
  const stamp = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace(/\.\d+Z$/, 'Z')
  return `${runbook}-${stamp}-${randomBytes(4).toString('hex')}`
}

/** The workflow id: runbook and coalesce key, for every kind of trigger (G37). Each part is encoded, so that keys cannot meet by accident. */
export function workflowIdOf(plan: Plan, inputs: JsonObject): string {
  const key = plan.coalesce.map((name) =>
    encodeURIComponent(Object.hasOwn(inputs, name) ? textOf(inputs[name] ?? '') : ''),
  )
  return [plan.runbook.id, ...key].join('/')
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
