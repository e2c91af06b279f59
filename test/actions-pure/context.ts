import type { ActionContext, AnyAction, AnyDefinition, AnyReading } from '../../actions/define.ts'
import { guardedFetch } from '../../actions/net/guarded-fetch.ts'
import { guardedRequest } from '../../actions/net/guarded-request.ts'

/** A context with one connection to a server of the test, behind the real guarded fetch. */
export function contextFor(name: string, url: string, more: Partial<ActionContext> = {}): ActionContext {
  const limits = { allow: [{ url, allowPrivate: true }] }
  return {
    idempotencyKey: 'run-1/step/0',
    signal: AbortSignal.timeout(10_000),
    fetch: guardedFetch(limits),
    request: guardedRequest(limits),
    connection: () => ({ url, headers: { authorization: `Bearer token-of-${name}` } }),
    ...more,
  }
}

/** The definition as a reading; fails the test where it is none. */
export function asReading(definition: AnyDefinition | undefined): AnyReading {
  if (definition?.kind !== 'reading') throw new Error('expected a reading')
  return definition
}

/** The definition as an action; fails the test where it is none. */
export function asAction(definition: AnyDefinition | undefined): AnyAction {
  if (definition?.kind !== 'action') throw new Error('expected an action')
  return definition
}
