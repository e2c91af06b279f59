import { unavailable } from '../../../evidence/errors.ts'
import { openStore } from '../../../evidence/store.ts'
import { makeFolders } from '../../host/state-folder.ts'
import { ok } from './finding.ts'
import type { Look } from './finding.ts'

/** Does the evidence store take a write? Without it nothing is carried out. */
export const evidence: Look = {
  part: 'evidence',
  look: async ({ config }) => {
    make(config.evidence)
    const store = openStore(config.evidence)
    await store.probe()
    const sealed = (await store.bundles()).length
    return [ok(`${config.evidence} takes writes; ${sealed} sealed ${sealed === 1 ? 'run' : 'runs'}`)]
  },
}

/** The store would make its folder itself, and not come to an end where none can be made. */
function make(folder: string): void {
  try {
    makeFolders(folder)
  } catch (error) {
    throw unavailable(folder, error)
  }
}
