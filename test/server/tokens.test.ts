import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ensureTokenFile, isAuthorized, readTokens } from '../../engine/server/tokens.ts'

let file: string
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'runproof-tokens-')), 'webhook-token')
})

afterEach(async () => rm(dirname(file), { recursive: true }))

test('a token file that is missing is made with one random token that only its owner can read', async () => {
  ensureTokenFile(file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const tokens = readTokens(file)
  expect(tokens).toHaveLength(1)
  expect(tokens[0]).toMatch(/^[\w-]{43}$/)
})

test('a token file that is there stays as it is', async () => {
  ensureTokenFile(file)
  const before = await readFile(file, 'utf8')
  ensureTokenFile(file)
  expect(await readFile(file, 'utf8')).toBe(before)
})

test('each line is a token, and empty lines are none', async () => {
  await writeFile(file, 'first-token-0123456789\n\n  second-token-0123456789 \n', { mode: 0o600 })
  expect(readTokens(file)).toEqual(['first-token-0123456789', 'second-token-0123456789'])
})

test('a token file that others can read is refused, and so is a token that can be guessed', async () => {
  await writeFile(file, 'first-token-0123456789\n', { mode: 0o600 })
  await chmod(file, 0o640)
  expect(() => readTokens(file)).toThrow('can be read by others')
  await chmod(file, 0o600)
  await writeFile(file, 'first-token-0123456789\nshort\n')
  expect(() => readTokens(file)).toThrow('fewer than 16 characters')
  await writeFile(file, '\n')
  expect(() => readTokens(file)).toThrow('has no token')
})

test('what is no file, or has no end, is refused and not read for ever', async () => {
  await execa('mkfifo', ['-m', '600', file])
  expect(() => readTokens(file)).toThrow('cannot be read (not a plain file)')
  await rm(file)
  await writeFile(file, 'x'.repeat(2 ** 20 + 1), { mode: 0o600 })
  expect(() => readTokens(file)).toThrow('cannot be read (more than 1 MiB)')
})

test('no header but one that carries a valid token is authorized', () => {
  const tokens = ['first-token-0123456789', 'second-token-0123456789']
  for (const token of tokens) expect(isAuthorized(`Bearer ${token}`, tokens)).toBe(true)
  expect(isAuthorized(undefined, tokens)).toBe(false)
  expect(isAuthorized('Bearer ', [''])).toBe(false)
  expect(isAuthorized(`Bearer ${tokens.join(' ')}`, tokens)).toBe(false)
  fc.assert(fc.property(fc.string(), (text) => isAuthorized(`Bearer ${text}`, tokens) === tokens.includes(text.trim())))
})
