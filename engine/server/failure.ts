import { EvidenceError } from '../../evidence/errors.ts'
import { OperatorError } from '../host/operator-error.ts'
import { RunClosing, StartNotRecorded } from '../host/start-run.ts'
import { isFromTemporal } from '../host/temporal-errors.ts'

/** Why something could not be done now, in words for whoever sent the request. */
export interface Failure {
  readonly detail: string
  readonly hint: string
}

/** Says what failed; of an error that nobody foresaw, nothing is shown but that it is in the log. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof EvidenceError || error instanceof OperatorError)
    return { detail: error.message, hint: error.hint }
  if (error instanceof RunClosing)
    return { detail: error.message, hint: 'send it again in a moment: the next run starts then' }
  if (error instanceof StartNotRecorded)
    return { detail: error.message, hint: 'send it again in a moment; the log of the worker says what it cannot write' }
  if (isFromTemporal(error))
    return { detail: 'Temporal did not take it in time', hint: 'see whether Temporal and a worker run: `runproof up`' }
  return { detail: 'Runproof met an error of its own', hint: 'the log of the server says more' }
}
