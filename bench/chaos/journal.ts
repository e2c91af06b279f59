import type { Lab } from '../lab.ts'
import { askAdmin } from '../admin.ts'

/** Something that the platform has committed for a run, and for which instance of a step. */
export interface Change {
  readonly run: string
  readonly step: string
}

interface Entry {
  readonly what: string
  readonly origin: string
  readonly idempotency_key: string | null
}

/** What clients had done; a burnt key is no change. A key is `<run>/<step>/<round>`, with a number behind it where one was burnt. */
export async function changesOf(lab: Lab): Promise<Change[]> {
  const { items } = await askAdmin<{ items: Entry[] }>(lab, '/journal')
  return items.flatMap(({ what, origin, idempotency_key: key }) => {
    const [run = '', step = ''] = key?.split('/') ?? []
    return what !== 'void' && origin === 'client' ? [{ run, step }] : []
  })
}
