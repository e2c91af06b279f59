import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, resolve } from 'node:path'
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
  const line = `${name} namespaces="${VOTE_NAMESPACE}" ${await publicKeyIn(file)}\n`
  const [signer, problem] = readOne(line)
  if (signer === undefined) throw notListed(`${file} cannot be listed for ${name}: ${problem}`)
  for (const list of lists) await addTo(list, line, signer)
}

async function publicKeyIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) throw notListed(`${file} cannot be read`)
  if (text.includes('PRIVATE KEY')) throw notListed(`${file} is a private key`)
  return text.trim().split('\n')[0] ?? ''
}

function readOne(line: string): [signer: AllowedSigner | undefined, problem: string] {
  const { signers, problems } = readAllowedSigners(line)
  return [signers[0], problems[0]?.text ?? 'it holds no key']
}

async function addTo(list: string, line: string, { blob, principal }: AllowedSigner): Promise<void> {
  await mkdir(dirname(list), { recursive: true, mode: 0o700 })
  const text = await readFile(list, 'utf8').catch(() => '')
  const there = readAllowedSigners(text).signers.find((other) => other.blob.equals(blob))
  if (there !== undefined && there.principal !== principal)
    throw notListed(`${list} lists this key for ${there.principal}: one key is one person`)
  if (there === undefined)
    await appendFile(list, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
}

function notListed(message: string): OperatorError {
  const hint = 'write `--signer <name>=<file>.pub`, with an Ed25519, ECDSA or RSA key, or that of a FIDO security key'
  return new OperatorError('RP0312', message, hint)
}
