import { ApplicationFailure } from '@temporalio/workflow'
import type { Ledger } from '../core/ledger.ts'

/** A run that is closing takes nothing more: whoever sent it tries again, and meets or starts the next run. */
export function stillOpen(ledger: Ledger): void {
  const { phase } = ledger.state()
  const closing = phase === 'claiming' || phase === 'sealing' || phase === 'sealed'
  if (closing) throw ApplicationFailure.nonRetryable(`the run is closing (${phase})`, 'RunClosing')
}
