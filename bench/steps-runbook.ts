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
    inputs: { environment: 'environment', app: 'app', first: 'digest', second: 'digest' },
    coalesce: ['environment', 'app'],
    doNot: [],
    facts: { owner: 'platform.routeOwner' },
    steps: Array.from({ length: steps }, (_, at) => pair(at + 1)).flat(),
    outcomes: { finished: { as: 'deferred', say: 'every step was done' } },
  })
}

function pair(step: number): object[] {
  const to = step % 2 === 1 ? '{{inputs.first}}' : '{{inputs.second}}'
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
