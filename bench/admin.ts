import type { Lab } from './lab.ts'

/** Asks the practice platform's admin API. */
export async function askAdmin<T>({ adminUrl, tokens }: Lab, path: string, body?: object): Promise<T> {
  const response = await fetch(`${adminUrl}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
