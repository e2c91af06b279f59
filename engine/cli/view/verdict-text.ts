import type { JsonObject } from '../../../schemas/json.ts'
import type { Place } from '../../../schemas/plan.ts'
import type { Verdict } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { valueText } from './fact-text.ts'

interface Said {
  readonly by: string
  readonly says: 'true' | 'false' | 'unknown'
  readonly observed: JsonObject
  readonly predicate?: string
  readonly place?: Place
  readonly overriddenBy?: Verdict['overriddenBy']
}

const COLOURS = { true: 'green', false: 'dim', unknown: 'yellow' } as const

/** What one predicate said, and on what. */
export function verdictLines({ by, says, observed, predicate, place, overriddenBy }: Said): string[] {
  const what = predicate === undefined ? '' : `  ${predicate}`
  const at = place === undefined ? '' : `  (${place.file}:${place.line}:${place.col})`
  return [
    `  ${paint(COLOURS[says], says.padEnd(7))} ${by}${what}${at}`,
    ...observedLines(observed).map((line) => `          ${line}`),
    ...overriddenLines(overriddenBy),
  ]
}

/** An override stays on record beside what it overrode. */
function overriddenLines(by: Verdict['overriddenBy']): string[] {
  if (by === undefined) return []
  return [
    `          ${paint('yellow', 'overridden')} by ${plain(by.user)}: ${plain(by.reason)} (until ${by.expiresAt})`,
  ]
}

/** The values that a predicate saw, a line each. */
export function observedLines(observed: JsonObject): string[] {
  return Object.entries(observed).map(([path, value]) => `${path} = ${valueText(value)}`)
}
