import type { JsonObject } from '../../../schemas/json.ts'

/** A practice platform that runs: where it is, what can happen on it, and the policy values that fit its speed. */
export interface Practice {
  /** The control plane. */
  readonly url: string
  readonly token: string
  readonly prometheusUrl: string
  readonly adminUrl: string
  readonly adminToken: string
  readonly notifyUrl: string
  readonly notifyToken: string
  /** What happens at once; every other circumstance is a fault that stays on. */
  readonly happenings: readonly string[]
  /** As a policy file has them, by name. */
  readonly policy: JsonObject
}

/** Asks the platform's admin API. */
export async function admin<T>(
  { adminUrl, adminToken }: Pick<Practice, 'adminUrl' | 'adminToken'>,
  request: string,
  body?: unknown,
): Promise<T> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(`${adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`the practice platform refuses ${request}: ${await response.text()}`)
  return (await response.json()) as T
}
