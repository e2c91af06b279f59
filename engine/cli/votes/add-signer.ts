import { appendFile, mkdir } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { errorCode } from '../../../evidence/errors.ts'
import { readSmallFile, readSmallIfThere } from '../../../evidence/small-file.ts'
import { readAllowedSigners } from '../../../evidence/ssh/allowed-signers.ts'
import type { AllowedSigner } from '../../../evidence/ssh/allowed-signers.ts'
import { VOTE_NAMESPACE } from '../../../evidence/voter.ts'
import { OperatorError } from '../../host/operator-error.ts'

/** Adds `<name>=<public key file>` to lists of signers, for votes alone; a key that a list has stays as it stands there. */
export async function addSigner(
  named: string,
  { folder, lists }: { readonly folder: string; readonly lists: readonly string[] },
): Promise<void> {
  const [, name = '', path = ''] = /^([^=]+)=(.+)$/.exec(named) ?? []
  if (path === '') throw notListed(`\`${named}\` names no key`)
  const file = resolve(folder, path.replace(/^~(?=\/)/, homedir()))
  const line = `${name} namespaces="${VOTE_NAMESPACE}" ${publicKeyIn(file)}\n`
  const [signer, problem] = readOne(line)
  if (signer === undefined) throw notListed(`${file} cannot be listed for ${name}: ${problem}`)
  for (const list of lists) await addTo(list, line, signer)
}

function publicKeyIn(file: string): string {
  const text = textOf(file)
  if (text.includes('PRIVATE KEY')) throw notListed(`${file} is a private key`)
  return text.trim().split('\n')[0] ?? ''
}

function textOf(file: string): string {
  try {
    return readSmallFile(file).toString('utf8')
  } catch (error) {
    throw notListed(`${file} cannot be read (${errorCode(error) ?? 'unreadable'})`)
  }
}

function readOne(line: string): [signer: AllowedSigner | undefined, problem: string] {
  const { signers, problems } = readAllowedSigners(line)
  return [signers[0], problems[0]?.text ?? 'it holds no key']
}

async function addTo(list: string, line: string, { blob, principal }: AllowedSigner): Promise<void> {
  await mkdir(dirname(list), { recursive: true, mode: 0o700 })
  const text = listed(list)
  const there = readAllowedSigners(text).signers.find((other) => other.blob.equals(blob))
  if (there !== undefined && there.principal !== principal)
    throw notListed(`${list} lists this key for ${there.principal}: one key is one person`)
  if (there === undefined)
    await appendFile(list, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
}

/** A list that cannot be read is not taken for an empty one. */
function listed(list: string): string {
  try {
    return readSmallIfThere(list)?.toString('utf8') ?? ''
  } catch (error) {
    throw notListed(`${list} cannot be read (${errorCode(error) ?? 'unreadable'})`)
  }
}

function notListed(message: string): OperatorError {
  const hint = 'write `--signer <name>=<file>.pub`, with an Ed25519, ECDSA or RSA key, or that of a FIDO security key'
  return new OperatorError('RP0312', message, hint)
}
