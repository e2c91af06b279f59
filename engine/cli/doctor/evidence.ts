import { openStore } from '../../../evidence/store.ts'
import { ok } from './finding.ts'
import type { Look } from './finding.ts'

/** Does the evidence store take a write? Without it nothing is carried out. */
export const evidence: Look = {
  part: 'evidence',
  look: async ({ config }) => {
    const store = openStore(config.evidence)
    await store.probe()
    const sealed = (await store.bundles()).length
    return [ok(`${config.evidence} takes writes; ${sealed} sealed ${sealed === 1 ? 'run' : 'runs'}`)]
  },
}
