import { join } from 'node:path'
import { ensureKey, publicKeyOf } from '../../evidence/keys.ts'
import { addTrust } from '../../evidence/trust.ts'
import { readConfig } from '../host/config.ts'
import { StateFolder } from '../host/state-folder.ts'
import { allowedSignersOf } from '../host/votes.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print } from './terminal.ts'
import { addSigner } from './votes/add-signer.ts'

/**
 * Makes the keys that are missing, and puts their public halves into the trust folder; keys that are there stay. Lists those who are
 * named as signers of votes, here and in the trust folder.
 */
export async function initKeys({ folder, options }: Call<{ signer?: readonly string[] }>): Promise<Exit> {
  const state = new StateFolder(folder).make()
  const [admission, sealing] = [await ensureKey(state.keys, 'admission'), await ensureKey(state.keys, 'sealing')]
  const trust = join(state.path, 'trust')
  await addTrust(trust, {
    sealing: [publicKeyOf(sealing.publicPem, 'the sealing key')],
    admission: [publicKeyOf(admission.publicPem, 'the admission key')],
  })
  const config = readConfig(folder)
  const lists = [config.votes.allowedSigners, join(trust, 'allowed_signers')]
  for (const signer of options.signer ?? []) await addSigner(signer, { folder, lists })
  print(`admission  ${admission.keyid}  signs what may be carried out`)
  print(`sealing    ${sealing.keyid}  signs evidence`)
  print(`signers    ${signersLine(config)}`)
  print(`trust      ${trust}  give a copy to whoever verifies, and tell the fingerprints by another way`)
  return EXIT.ok
}

function signersLine(config: ReturnType<typeof readConfig>): string {
  const listed = allowedSignersOf(config)
  const names = 'signers' in listed ? [...new Set(listed.signers.signers.map(({ principal }) => principal))] : []
  return names.length === 0
    ? 'nobody can sign votes yet: runproof keys init --signer <name>=<public key file>'
    : `${config.votes.allowedSigners}  ${names.join(', ')} may sign votes`
}
