import type { RunEntry } from '../../schemas/run.ts'
import type { Ended } from './differences.ts'

/** One line of what happened, for people. */
export interface TraceLine {
  readonly step: string
  readonly result: string
  readonly detail?: string
}

/** What happened in a rehearsal, step by step, with what was decided, denied, asked and taken back. */
export function traceOf({ state }: Ended): TraceLine[] {
  return state.entries.flatMap(lineOf)
}

function lineOf(entry: RunEntry): TraceLine[] {
  switch (entry.kind) {
    case 'step':
      return [
        { step: entry.step, result: entry.result, ...(entry.detail === undefined ? {} : { detail: entry.detail }) },
      ]
    case 'undo':
      return [{ step: entry.step, result: entry.result.status }]
    case 'conflict':
      return [{ step: entry.step, result: 'conflict', detail: `back to \`${entry.backTo}\`` }]
    case 'claim':
      return [{ step: `outcome ${entry.outcome}`, result: entry.result.status, ...deniedBy(entry.result) }]
    case 'watch':
      return [{ step: entry.step, result: 'denied', detail: entry.denial.message }]
    default:
      return []
  }
}

function deniedBy(result: Extract<RunEntry, { readonly kind: 'claim' }>['result']): Pick<TraceLine, 'detail'> {
  return result.status === 'denied' ? { detail: result.denial.message } : {}
}
