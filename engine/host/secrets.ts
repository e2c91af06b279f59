import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import type { SecretRef } from './config.ts'
import { OperatorError } from './operator-error.ts'

/** The secret behind a reference; it is asked for anew each time, and never kept or logged (G30). */
export async function resolveSecret(ref: SecretRef): Promise<string> {
  if ('env' in ref) return present(process.env[ref.env], `the environment variable ${ref.env}`)
  if ('file' in ref) return present(await readSecretFile(ref.file), `the file ${ref.file}`)
  return present(await printedBy(ref.command), `the command ${ref.command[0] ?? ''}`)
}

async function readSecretFile(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined)
}

/** The command gets no standard input and only what it needs to be found. */
async function printedBy([program = '', ...args]: readonly string[]): Promise<string | undefined> {
  const { stdout, failed } = await execa(program, args, {
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' },
    timeout: 10_000,
  })
  return failed ? undefined : stdout
}

function present(secret: string | undefined, where: string): string {
  const trimmed = secret?.trim() ?? ''
  if (trimmed === '')
    throw new OperatorError(
      'RP0102',
      `${where} holds no secret`,
      'set it before `runproof up`, or change runproof.yaml',
    )
  return trimmed
}
