import type { Lab } from '../start-lab.ts'

/** Lets something happen on the practice platform. */
export async function happen(lab: Lab, what: string, input: object): Promise<void> {
  await ask(lab, `POST /${what}`, input)
}

/** Asks the practice platform's admin API; a request is `POST /faults`. */
export async function ask(lab: Lab, request: string, body?: object): Promise<unknown> {
  const [method = '', path = ''] = request.split(' ')
  const response = await fetch(`${lab.adminUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${lab.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${request}: ${response.status} ${await response.text()}`)
  return response.json()
}
