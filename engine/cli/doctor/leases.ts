import { openLeases } from '../../host/leases/open.ts'
import { note, ok } from './finding.ts'
import type { Look } from './finding.ts'

/** Can leases be taken, and who holds some? */
export const leases: Look = {
  part: 'leases',
  look: async ({ config, state }) => {
    const where = config.leases.postgres === undefined ? 'the state folder' : 'PostgreSQL'
    const opened = openLeases(config, state.make())
    try {
      const holders = await opened.holders()
      if (holders.length === 0) return [ok(`in ${where}; nobody holds one`)]
      return holders.map((runId) => note(`${runId} holds leases, in ${where}`, `runproof why ${runId}`))
    } finally {
      await opened.close()
    }
  },
}
