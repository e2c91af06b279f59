import { ApplicationFailure } from '@temporalio/workflow'
import type { Ledger } from '../core/ledger.ts'
import { isWellFormed } from '../core/well-formed.ts'

/** A run that is closing takes nothing more: whoever sent it tries again, and meets or starts the next run. */
export function stillOpen(ledger: Ledger): void {
  const { phase } = ledger.state()
  const closing = phase === 'claiming' || phase === 'sealing' || phase === 'sealed'
  if (closing) throw ApplicationFailure.nonRetryable(`the run is closing (${phase})`, 'RunClosing')
}

/** A message that nobody could record is refused; commands send none such, only who writes to Temporal by hand. */
export function recordable(message: unknown): void {
  if (!isWellFormed(message))
    throw ApplicationFailure.nonRetryable('this message holds half a character, which no record can', 'NotRecorded')
}
