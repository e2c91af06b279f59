import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { errorCode } from '../../../evidence/errors.ts'
import { readSmallFile } from '../../../evidence/small-file.ts'
import { VOTE_NAMESPACE } from '../../../evidence/voter.ts'
import { OperatorError } from '../../host/operator-error.ts'

/** What ssh-keygen needs to find keys, to reach an agent or a security key, and to ask for a passphrase. */
const PASSED_ON = ['PATH', 'HOME', 'SSH_AUTH_SOCK', 'SSH_SK_PROVIDER', 'SSH_ASKPASS', 'DISPLAY', 'TERM']

/** An armored SSHSIG over these bytes, by the key of a file or by that of an agent whose public half the file is. */
export async function signWithSsh(bytes: Uint8Array, key: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-vote-'))
  try {
    const file = join(folder, 'vote.json')
    await writeFile(file, bytes, { mode: 0o600 })
    await sshKeygen(['-Y', 'sign', '-q', '-n', VOTE_NAMESPACE, '-f', key, file])
    return await readFile(`${file}.sig`, 'utf8')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The line of a key's public half; asked of ssh-keygen where no file holds it. */
export async function publicLineOf(key: string): Promise<string> {
  const beside = key.endsWith('.pub') ? key : `${key}.pub`
  const line = existsSync(beside) ? textOf(beside) : undefined
  if (line === undefined && existsSync(key)) textOf(key)
  return line ?? sshKeygen(['-y', '-f', key])
}

/** Read before ssh-keygen reads it, which waits for ever where something without an end took its place. */
function textOf(file: string): string {
  try {
    return readSmallFile(file).toString('utf8')
  } catch (error) {
    const message = `the key ${file} cannot be read (${errorCode(error) ?? 'unreadable'})`
    throw new OperatorError('RP0311', message, 'name a key of yours: --key <file>, or `votes.key` in runproof.yaml')
  }
}

async function sshKeygen(args: readonly string[]): Promise<string> {
  const env = Object.fromEntries(
    PASSED_ON.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
  const { stdout, stderr, failed, code } = await execa('ssh-keygen', args, {
    reject: false,
    extendEnv: false,
    env,
    stdin: 'inherit',
    // ssh-keygen says there that a security key waits to be touched.
    stderr: ['pipe', 'inherit'],
  })
  if (!failed) return stdout
  const why =
    code === 'ENOENT' ? 'ssh-keygen is not installed' : (stderr.trim().split('\n').at(-1) ?? 'ssh-keygen failed')
  throw new OperatorError(
    'RP0311',
    `the vote cannot be signed: ${why}`,
    'it takes OpenSSH 8.2 or newer, and a key of yours: --key <file>, or `votes.key` in runproof.yaml',
  )
}
