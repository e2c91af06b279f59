import { join } from 'node:path'
import { ensureKey, publicKeyOf } from '../../evidence/keys.ts'
import { addTrust } from '../../evidence/trust.ts'
import { StateFolder } from '../host/state-folder.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print } from './terminal.ts'

/** Makes the keys that are missing, and puts their public halves into the trust folder; keys that are there stay. */
export async function initKeys({ folder }: Call): Promise<Exit> {
  const state = new StateFolder(folder).make()
  const [admission, sealing] = [await ensureKey(state.keys, 'admission'), await ensureKey(state.keys, 'sealing')]
  const trust = join(state.path, 'trust')
  await addTrust(trust, {
    sealing: [publicKeyOf(sealing.publicPem, 'the sealing key')],
    admission: [publicKeyOf(admission.publicPem, 'the admission key')],
  })
  print(`admission  ${admission.keyid}  signs what may be carried out`)
  print(`sealing    ${sealing.keyid}  signs evidence`)
  print(`trust      ${trust}  give a copy to whoever verifies, and tell the fingerprints by another way`)
  return EXIT.ok
}
