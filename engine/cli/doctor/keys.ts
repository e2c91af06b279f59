import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadKey } from '../../../evidence/keys.ts'
import { ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'

/** Are the keys there, whole, and closed to others; and is there a trust folder to give to whoever verifies? */
export const keys: Look = {
  part: 'keys',
  look: async ({ state }) => {
    if (!existsSync(state.keys)) return [wrong(`there are no keys in ${state.keys}`, 'runproof keys init')]
    const found: Omit<Finding, 'part'>[] = []
    for (const name of ['admission', 'sealing']) found.push(ok(`${name} ${(await loadKey(state.keys, name)).keyid}`))
    const trust = join(state.path, 'trust')
    if (existsSync(trust)) return found
    return [...found, wrong(`there is no trust folder ${trust}: nobody can verify evidence`, 'runproof keys init')]
  },
}
