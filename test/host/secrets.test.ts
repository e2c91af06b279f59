import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SecretRef } from '../../engine/host/config.ts'
import { Connections } from '../../engine/host/connections.ts'
import { OperatorError } from '../../engine/host/operator-error.ts'
import { resolveSecret } from '../../engine/host/secrets.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runproof-secrets-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
  delete process.env['RUNPROOF_TEST_SECRET']
})

const SECRET = 'correct-horse-battery'
const print = (text: string): SecretRef => ({ command: [process.execPath, '-e', text] })

describe('a secret', () => {
  test('G30: comes from a variable, a file or a command, without the space around it', async () => {
    process.env['RUNPROOF_TEST_SECRET'] = ` ${SECRET}\n`
    await writeFile(join(folder, 'secret'), `${SECRET}\n`)
    expect(await resolveSecret({ env: 'RUNPROOF_TEST_SECRET' })).toBe(SECRET)
    expect(await resolveSecret({ file: join(folder, 'secret') })).toBe(SECRET)
    expect(await resolveSecret(print(`console.log('${SECRET}')`))).toBe(SECRET)
  })

  test('G31: is printed by a command that gets no variable beyond those that it is found with', async () => {
    process.env['RUNPROOF_TEST_SECRET'] = SECRET
    const seen = JSON.parse(
      await resolveSecret(print('console.log(JSON.stringify(Object.keys(process.env)))')),
    ) as string[]
    expect(seen.filter((name) => !name.startsWith('__')).sort()).toEqual(['HOME', 'PATH'])
  })

  test('G31: is asked of a command without a shell', async () => {
    expect(await resolveSecret({ command: ['echo', '$HOME; echo more'] })).toBe('$HOME; echo more')
  })

  test.each<[string, SecretRef]>([
    ['a variable that is not set', { env: 'RUNPROOF_TEST_SECRET' }],
    ['a file that is not there', { file: '/nowhere/at/all' }],
    ['a folder', { file: '/' }],
    ['a file without an end', { file: '/dev/zero' }],
    ['a program that is not there', { command: ['no-such-program-at-all', SECRET] }],
    ['a command that fails after it has printed', print(`console.log('${SECRET}'); process.exit(3)`)],
    ['a command that prints nothing', print('')],
    ['a command that prints without an end', print("for (;;) process.stdout.write('x'.repeat(2 ** 16))")],
  ])('G30: that is missing (%s) is an error that names the reference and no value', async (_what, ref) => {
    const error = await resolveSecret(ref).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OperatorError)
    expect(JSON.stringify({ ...(error as OperatorError), message: (error as OperatorError).message })).not.toContain(
      SECRET,
    )
  })
})

test('G30: a secret in a pipe that nobody writes, or in a file that is no secret for its size, is not waited for', async () => {
  const pipe = join(folder, 'pipe')
  await execa('mkfifo', [pipe])
  await expect(resolveSecret({ file: pipe })).rejects.toThrow('holds no secret: it cannot be read (not a plain file)')
  const large = join(folder, 'large')
  await writeFile(large, 'x'.repeat(64 * 2 ** 10 + 1))
  await expect(resolveSecret({ file: large })).rejects.toThrow('(more than 0.0625 MiB)')
})

describe('connections', () => {
  const configured = (url: string, token?: SecretRef) => ({
    url,
    allowPrivate: true,
    ...(token === undefined ? {} : { token }),
  })
  const open = (connections: Record<string, ReturnType<typeof configured>>) =>
    new Connections({ connections } as never, { allow: [], ownPorts: [] })
  const call = { idempotencyKey: '', signal: new AbortController().signal }

  test('carry the secret behind their reference', async () => {
    const context = await open({ one: configured('http://127.0.0.1:1', print(`console.log('${SECRET}')`)) }).context(
      call,
    )
    expect(context.connection('one')).toEqual({
      url: 'http://127.0.0.1:1',
      headers: { authorization: `Bearer ${SECRET}` },
    })
  })

  test('that nobody has configured are an error when they are used, and name what to do', async () => {
    const context = await open({}).context(call)
    for (const name of ['platform', 'constructor', '__proto__'])
      expect(() => context.connection(name)).toThrow(expect.objectContaining({ code: 'RP0104' }) as Error)
  })

  test('whose secret is missing keep no other from being used', async () => {
    const missing = configured('http://127.0.0.1:2', { env: 'RUNPROOF_TEST_SECRET' })
    const context = await open({ missing, other: configured('http://127.0.0.1:1') }).context(call)
    expect(context.connection('other').url).toBe('http://127.0.0.1:1')
    expect(() => context.connection('missing')).toThrow('holds no secret')
  })

  test('whose secret was missing work as soon as it is there', async () => {
    const connections = open({ one: configured('http://127.0.0.1:1', { file: join(folder, 'late') }) })
    const before = await connections.context(call)
    expect(() => before.connection('one')).toThrow('holds no secret')
    await writeFile(join(folder, 'late'), SECRET)
    const authorization = async () => (await connections.context(call)).connection('one').headers['authorization']
    await expect.poll(authorization, { timeout: 10_000 }).toBe(`Bearer ${SECRET}`)
  })
})
