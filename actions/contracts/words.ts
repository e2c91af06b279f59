import { oneOf } from '../../schemas/types.ts'

/** Why an app does not work, as its owner is told. The decisions of runbooks use these words. */
export const cause = () =>
  oneOf('cause', [
    'none',
    'pull-failed',
    'secret-missing',
    'binding-not-ready',
    'not-ready',
    'no-attempt',
    'slow',
    'hot',
    'provider',
    'network',
    'credential',
    'quota',
    'us',
    'app-crash',
    'unclear',
    'mixed',
    'unknown',
  ])

/** How sensitive the data of an app is, as its plan names it. */
export const dataClass = () => oneOf('data-class', ['public', 'internal', 'customer', 'payment'])

/** May a request be repeated without harm? */
export const requestClass = () => oneOf('request-class', ['safe', 'unsafe'])

/** What a route serves: how long a stale owner may answer depends on it. */
export const routeClass = () => oneOf('route-class', ['static', 'public-read', 'session', 'payment'])

/** One of the hops of a wake, in their order: pull, secrets, bindings, readiness. */
export const hop = () => oneOf('hop', ['not-reached', 'pending', 'passed', 'failed'])

/** Is something well, by its own indicators? */
export const health = () => oneOf('health', ['healthy', 'degraded', 'down'])

/** Why a node is emptied. */
export const drainReason = () => oneOf('drain-reason', ['maintenance', 'fault', 'decommission'])

/** How data comes back. A decision that could not choose stops the run, so that nothing is ever asked for its last two words. */
export const recoveryMethod = () =>
  oneOf('recovery-method', ['repair', 'point-in-time', 'backup', 'beyond-rpo', 'mixed', 'unknown'])
