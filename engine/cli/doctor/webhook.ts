import { existsSync } from 'node:fs'
import { readTokens } from '../../server/tokens.ts'
import { note, ok } from './finding.ts'
import type { Look } from './finding.ts'

/** Is there a token for alerts, and is it nobody else's? */
export const webhook: Look = {
  part: 'alerts',
  look: async ({ state }) => {
    if (!existsSync(state.tokenFile))
      return [note('there is no webhook token yet: the HTTP server makes one', 'runproof up')]
    const tokens = readTokens(state.tokenFile).length
    return [ok(`${tokens} webhook ${tokens === 1 ? 'token' : 'tokens'} in ${state.tokenFile}`)]
  },
}
