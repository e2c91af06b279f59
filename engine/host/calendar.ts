import type { Json } from '../../schemas/json.ts'

/** A time in which no new change may begin. */
export interface ClosedWindow {
  readonly from: string
  readonly to: string
  /** Empty or absent: everywhere. */
  readonly environments?: readonly string[] | undefined
  readonly reason?: string | undefined
}

/** Runproof's calendar of changes (guards.md 1). */
export interface Calendar {
  readonly closed: readonly ClosedWindow[]
}

/** The window that is closed for an environment at a moment, if any; an effect without an environment meets all of them. */
export function closingAt({ closed }: Calendar, moment: Date, environment: Json | undefined): ClosedWindow | undefined {
  const at = moment.getTime()
  return closed.find(
    (window) => Date.parse(window.from) <= at && at < Date.parse(window.to) && concerns(window, environment),
  )
}

function concerns({ environments = [] }: ClosedWindow, environment: Json | undefined): boolean {
  return environments.length === 0 || environment === undefined || environments.some((name) => name === environment)
}
