import { stringify } from 'yaml'

/** The id of the runbook whose runs only wait. */
export const WAITING_RUNBOOK = 'bench-waiting'

/** A runbook that reads one fact and then waits for a person. */
export function waitingRunbook(): string {
  return stringify({
    runbook: WAITING_RUNBOOK,
    title: 'Wait for a person',
    source: 'bench/README.md',
    owner: 'platform-on-call',
    goal: 'service',
    inputs: { environment: 'environment', number: 'text' },
    coalesce: ['environment', 'number'],
    doNot: [],
    facts: { freeze: 'platform.promotionFreeze' },
    steps: [
      { id: 'look', read: ['freeze'] },
      {
        id: 'agree',
        approve: 'Go on in {{inputs.environment}}?',
        who: 'release-owner',
        show: ['freeze'],
        within: '3d',
      },
    ],
    outcomes: { agreed: { as: 'deferred', say: 'somebody agreed' } },
  })
}
