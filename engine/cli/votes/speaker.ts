import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { readSshKey } from '../../../evidence/ssh/public-key.ts'
import { signerOf } from '../../../evidence/ssh/signer.ts'
import { VOTE_NAMESPACE } from '../../../evidence/voter.ts'
import type { Vote } from '../../../schemas/run.ts'
import type { Config } from '../../host/config.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { allowedSignersOf } from '../../host/votes.ts'
import { identity } from '../identity.ts'
import { say } from '../terminal.ts'
import { publicLineOf } from './ssh-keygen.ts'

/** Who answers: by a key that signs, or as the operating system says, which is no second person. */
export interface Voice extends Pick<Vote, 'by' | 'login'> {
  readonly key?: string
}

/** The person whose key is at hand; without one that is listed, the user of the operating system. */
export async function voiceOf(
  { votes }: Pick<Config, 'votes'>,
  { key, as, folder }: { readonly key: string | undefined; readonly as: string | undefined; readonly folder: string },
): Promise<Voice> {
  const insists = key !== undefined || as !== undefined
  const file = key === undefined ? votes.key : resolve(folder, key.replace(/^~(?=\/)/, homedir()))
  const found = await signerWith(file, { votes })
  const { user, host } = identity()
  if ('principal' in found && (as === undefined || as === found.principal))
    return { by: { user: found.principal, host, assurance: 'signed' }, login: { user, host }, key: file }
  const why = 'nobody' in found ? found.nobody : `the key ${file} is that of ${found.principal}, not of ${as}`
  if (insists) throw notSigned(why)
  say(`not signed: ${why}`)
  return { by: identity() }
}

async function signerWith(file: string, config: Pick<Config, 'votes'>): ReturnType<typeof ownerOf> {
  if (!existsSync(file) && !existsSync(`${file}.pub`)) return { nobody: `there is no key ${file}` }
  return ownerOf(await publicLineOf(file), config)
}

/** Whose key a public line is, by `allowed_signers`. */
async function ownerOf(
  line: string,
  config: Pick<Config, 'votes'>,
): Promise<{ readonly principal: string } | { readonly nobody: string }> {
  const listed = allowedSignersOf(config)
  if ('problem' in listed) return { nobody: listed.problem }
  const blob = Buffer.from(line.trim().split(/\s+/)[1] ?? '', 'base64')
  try {
    const { fingerprint } = readSshKey(blob)
    return signerOf(listed.signers, { blob, fingerprint }, { namespace: VOTE_NAMESPACE, at: new Date() })
  } catch (error) {
    return { nobody: error instanceof Error ? error.message : 'the key cannot be read' }
  }
}

function notSigned(why: string): OperatorError {
  return new OperatorError(
    'RP0311',
    `the vote cannot be signed: ${why}`,
    'list who may sign: runproof keys init --signer <name>=<public key file>',
  )
}
