import { stringify } from 'yaml'

/** The id of the runbook whose steps are measured. */
export const STEPS_RUNBOOK = 'bench-steps'

/** So many times the route goes to and fro in one run. */
export const STEPS = 20

/** A runbook of rollbacks that undo each other: each is guarded by rules, and can be repeated for ever. */
export function stepsRunbook(id = STEPS_RUNBOOK, steps = STEPS): string {
  return stringify({
    runbook: id,
    title: 'Send the route to and fro',
    source: 'bench/README.md',
    owner: 'platform-on-call',
    goal: 'service',
    inputs: { environment: 'environment', app: 'app' },
    coalesce: ['environment', 'app'],
    doNot: [],
    facts: { owner: 'platform.routeOwner', first: 'platform.previousOwner', second: 'platform.lastPromotion' },
    steps: [{ id: 'know', read: ['first', 'second'] }, ...pairs(steps)],
    outcomes: { finished: { as: 'deferred', say: 'every step was done' } },
  })
}

function pairs(steps: number): object[] {
  return Array.from({ length: steps }, (_, at) => pair(at + 1)).flat()
}

/** Where a route may go comes from readings alone: what was before the newest promotion, and what that promoted. */
function pair(step: number): object[] {
  const to = step % 2 === 1 ? '{{first.digest}}' : '{{second.digest}}'
  return [
    { id: `look${step}`, read: ['owner'] },
    {
      id: `send${step}`,
      do: 'platform.rollbackRouteOwner',
      with: { to, expectedEpoch: '{{owner.epoch}}' },
      leaves: 'the other version serves',
    },
  ]
}
