import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { errorCode } from '../../evidence/errors.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import { OperatorError } from '../host/operator-error.ts'

const MIN_LENGTH = 16

/** Makes the file of webhook tokens with one random token, unless it is there. Only its owner can read it. */
export function ensureTokenFile(file: string): void {
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx', flush: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** The valid tokens, one a line: two during a rotation. Read at each request, so that a rotation needs no restart. */
export function readTokens(file: string): readonly string[] {
  const tokens = textOf(file)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (tokens.length > 0 && tokens.every(({ length }) => length >= MIN_LENGTH)) return tokens
  throw new OperatorError(
    'RP0403',
    `${file} has no token, or one of fewer than ${MIN_LENGTH} characters`,
    `remove ${file}: the next start makes a new token`,
  )
}

function textOf(file: string): string {
  try {
    return readSmallFile(file, { accept: (status) => refuseOpen(file, status) }).toString('utf8')
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const why = errorCode(error) ?? 'unreadable'
    throw new OperatorError(
      'RP0403',
      `${file} cannot be read (${why})`,
      `remove ${file}: the next start makes a new token`,
    )
  }
}

function refuseOpen(file: string, { mode }: Stats): void {
  if ((mode & 0o077) === 0) return
  throw new OperatorError(
    'RP0402',
    `${file} can be read by others than its owner`,
    `chmod 600 ${file}, and replace the token`,
  )
}

/** Whether an `Authorization` header carries one of the tokens. Takes equally long whichever it is, and wherever it differs. */
export function isAuthorized(header: string | undefined, tokens: readonly string[]): boolean {
  const [, given] = /^Bearer +(\S+)$/i.exec(header ?? '') ?? []
  if (given === undefined) return false
  const digest = hash(given)
  return tokens.map((token) => timingSafeEqual(hash(token), digest)).includes(true)
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
