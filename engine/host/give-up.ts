import { EvidenceError } from '../../evidence/errors.ts'
import { openLog } from './log.ts'
import { OperatorError } from './operator-error.ts'

/** Ends a process that could not start, with one line that says why and no stack; what started it shows that line. */
export function giveUp(name: string): (error: unknown) => never {
  return (error) => {
    const hint = error instanceof OperatorError || error instanceof EvidenceError ? error.hint : undefined
    openLog(name).fatal({ hint }, error instanceof Error ? error.message : 'it could not start')
    process.exit(1)
  }
}
