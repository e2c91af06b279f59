import { execa } from 'execa'
import { errorCode } from '../../evidence/errors.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import type { SecretRef } from './config.ts'
import { OperatorError } from './operator-error.ts'

/** The secret behind a reference; it is asked for anew each time, and never kept or logged (G30). */
export async function resolveSecret(ref: SecretRef): Promise<string> {
  if ('env' in ref) return present(process.env[ref.env], `the environment variable ${ref.env}`)
  if ('file' in ref) return present(secretIn(ref.file), `the file ${ref.file}`)
  return present(await printedBy(ref.command), `the command ${ref.command[0] ?? ''}`)
}

/** No secret is longer. */
const LIMIT_BYTES = 64 * 2 ** 10

function secretIn(file: string): string {
  try {
    return readSmallFile(file, { limitBytes: LIMIT_BYTES }).toString('utf8')
  } catch (error) {
    throw missing(`the file ${file} holds no secret: it cannot be read (${errorCode(error) ?? 'unreadable'})`)
  }
}

/** The command gets no standard input and only what it needs to be found. */
async function printedBy([program = '', ...args]: readonly string[]): Promise<string | undefined> {
  const { stdout, failed } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    timeout: 10_000,
    maxBuffer: LIMIT_BYTES,
  })
  return failed ? undefined : stdout
}

function present(secret: string | undefined, where: string): string {
  const trimmed = secret?.trim() ?? ''
  if (trimmed === '') throw missing(`${where} holds no secret`)
  return trimmed
}

function missing(message: string): OperatorError {
  return new OperatorError('RP0102', message, 'set it before `runproof up`, or change runproof.yaml')
}
