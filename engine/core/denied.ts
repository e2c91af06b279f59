import type { Denial } from '../../schemas/run.ts'
import type { Ended } from './run.ts'

/** A step that a denial ends. */
export function denied(denial: Denial): Ended {
  return { result: 'denied', detail: denial.message, denial }
}

/** The denial of a step whose inputs cannot be known. */
export function denialOfInput(detail: string): Denial {
  return {
    by: 'facts',
    unknown: true,
    message: detail,
    verdicts: [],
    next: 'find out why the fact could not be read, then start the runbook again',
  }
}
