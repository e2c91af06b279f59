import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import { signedBy } from '../../evidence/ssh/signature.ts'
import { signerOf } from '../../evidence/ssh/signer.ts'
import { wireString } from '../../evidence/ssh/wire.ts'
import { VOTE_NAMESPACE } from '../../evidence/voter.ts'
import { People } from '../support/ssh-keys.ts'
import type { Person } from '../support/ssh-keys.ts'

const MESSAGE = Buffer.from('{"decision":"approve"}')
const TYPES = [
  ['ed25519'],
  ['ecdsa', '-b', '256'],
  ['ecdsa', '-b', '384'],
  ['ecdsa', '-b', '521'],
  ['rsa', '-b', '2048'],
]

let people: People
let grace: Person
let armored: string

beforeAll(async () => {
  people = await People.open()
  grace = await people.person('grace@example.com')
  armored = await grace.sign(MESSAGE)
})
afterAll(async () => people.close())

/** Whom we take for the signer, at this moment. */
function ours(list: string, signature: string, message: Buffer = MESSAGE): string | undefined {
  const by = signedBy(signature, message, VOTE_NAMESPACE)
  if (by === undefined) return undefined
  const about = { namespace: VOTE_NAMESPACE, at: new Date() }
  const signer = signerOf(readAllowedSigners(list), { blob: by.blob, fingerprint: by.key.fingerprint }, about)
  return 'principal' in signer ? signer.principal : undefined
}

/** Whether ssh-keygen itself accepts the signature as that of this person. */
async function theirs(
  list: string,
  signature: string,
  { name, message = MESSAGE }: { name: string; message?: Buffer },
) {
  const [listFile, sigFile] = [join(people.folder, 'list'), join(people.folder, 'sig')]
  await writeFile(listFile, `${list}\n`)
  await writeFile(sigFile, signature)
  const args = ['-Y', 'verify', '-f', listFile, '-I', name, '-n', VOTE_NAMESPACE, '-s', sigFile]
  return !(await execa('ssh-keygen', args, { input: message, reject: false })).failed
}

describe('a signature of ssh-keygen', () => {
  test.each(TYPES)('G26: by a key of the type %s %s %s is accepted by us and by ssh-keygen', async (...type) => {
    const person = await people.person(
      'ben',
      type.filter((part) => part !== undefined),
    )
    const signature = await person.sign(MESSAGE)
    expect(ours(person.line, signature)).toBe('ben')
    expect(await theirs(person.line, signature, { name: 'ben' })).toBe(true)
    const other = Buffer.from('{"decision":"reject"}')
    expect(ours(person.line, signature, other)).toBe(undefined)
    expect(await theirs(person.line, signature, { name: 'ben', message: other })).toBe(false)
  })

  test('G26: by the key of an agent is accepted', async () => {
    const agent = await execa('ssh-agent', ['-s'])
    const env = { SSH_AUTH_SOCK: /SSH_AUTH_SOCK=([^;]+)/.exec(agent.stdout)?.[1] ?? '' }
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.stdout)?.[1])
    try {
      await execa('ssh-add', ['-q', grace.key], { env })
      const args = ['-q', '-Y', 'sign', '-n', VOTE_NAMESPACE, '-f', `${grace.key}.pub`]
      const { stdout } = await execa('ssh-keygen', args, { input: MESSAGE, env })
      expect(ours(grace.line, `${stdout}\n`)).toBe(grace.name)
    } finally {
      process.kill(pid)
    }
  })

  test('G26: for another namespace, or over SHA-256, is none', async () => {
    expect(signedBy(await grace.sign(MESSAGE, 'git'), MESSAGE, VOTE_NAMESPACE)).toBe(undefined)
    const args = ['-q', '-Y', 'sign', '-O', 'hashalg=sha256', '-n', VOTE_NAMESPACE, '-f', grace.key]
    const { stdout } = await execa('ssh-keygen', args, { input: MESSAGE })
    expect(signedBy(`${stdout}\n`, MESSAGE, VOTE_NAMESPACE)).toBe(undefined)
  })

  test('of which any byte is changed does not hold', () => {
    const body = Buffer.from(armored.split('\n').slice(1, -2).join(''), 'base64')
    const change = fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(change, ([at, by]) => {
        const changed = Buffer.from(body)
        changed[at] = (changed[at] ?? 0) ^ by
        const text = `-----BEGIN SSH SIGNATURE-----\n${changed.toString('base64')}\n-----END SSH SIGNATURE-----\n`
        expect(ours(grace.line, text)).toBe(undefined)
      }),
      { numRuns: 500 },
    )
  })

  test('that is none at all is refused without an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String().map((s) => armored.replace(/\n[^-]+\n/, `\n${s}\n`)),
        ),
        (text) => {
          expect(signedBy(text, MESSAGE, VOTE_NAMESPACE)).toBe(undefined)
        },
      ),
    )
  })
})

describe('allowed_signers', () => {
  const options = [
    ['without options', '', true],
    ['for votes', 'namespaces="runproof-vote"', true],
    ['for votes among others', 'namespaces="git,runproof-*"', true],
    ['for something else', 'namespaces="git"', false],
    ['for all but votes', 'namespaces="*,!runproof-vote"', false],
    ['from a time that is past', 'valid-after="20200101Z"', true],
    ['from a time to come', 'valid-after="20990101"', false],
    ['until a time to come', 'valid-before="209901010000"', true],
    ['until a time that is past', 'valid-before="20200101120000Z"', false],
    ['for votes, in these years', 'namespaces="runproof-vote",valid-after="20200101",valid-before="20990101Z"', true],
  ] as const

  test.each(options)('G26: a key %s is judged as ssh-keygen judges it', async (_what, option, good) => {
    const line = grace.line.replace(' ', ` ${option} `).replace('  ', ' ')
    expect(ours(line, armored)).toBe(good ? grace.name : undefined)
    expect(await theirs(line, armored, { name: grace.name })).toBe(good)
  })

  test('G26: a key that is not listed is nobody’s, and one under two names neither: people are counted by name', async () => {
    const stranger = await people.person('mallory')
    expect(ours(stranger.line, armored)).toBe(undefined)
    expect(ours(`# none\n\n${stranger.line}\n${grace.line}`, armored)).toBe(grace.name)
    expect(ours(`${grace.line}\n${grace.line.replace(grace.name, 'second')}`, armored)).toBe(undefined)
    expect(ours(grace.line.replace(grace.name, `${grace.name},second`), armored)).toBe(grace.name)
  })

  test.each([
    ['that names everybody', (line: string) => line.replace(grace.name, '*'), '`*` is not the name of one person'],
    [
      'that stands for certificates',
      (line: string) => line.replace(' ', ' cert-authority '),
      '`cert-authority` is not accepted',
    ],
    [
      'with an unknown option',
      (line: string) => line.replace(' ', ' no-touch-required '),
      '`no-touch-required` is not accepted',
    ],
    ['with a time that is none', (line: string) => line.replace(' ', ' valid-before="soon" '), '`soon` is no time'],
    ['without a key', () => 'grace ssh-ed25519', 'cut short'],
    ['with another type than its key', (line: string) => line.replace('ssh-ed25519', 'ssh-rsa'), 'not of the type'],
    ['with a key that is too short to be safe', () => SHORT_RSA, 'at least 2048 bits'],
    ['with a key whose signatures take long to verify', () => SLOW_RSA, 'longer than 64 bits'],
    ['with a key of DSA', () => 'grace ssh-dss AAAAB3NzaC1kc3M=', '"ssh-dss"'],
  ])('a line %s names nobody, and is told', (_what, change, why) => {
    const { signers, problems } = readAllowedSigners(`# first\n${change(grace.line)}`)
    expect(signers).toEqual([])
    expect(problems).toEqual([{ line: 2, text: expect.stringContaining(why) as string }])
  })
})

/** A key of 8 bits. */
const SHORT_RSA = rsaLine('\x01\x00\x01', '\x7f')

/** A key of 2048 bits with an exponent of 72. */
const SLOW_RSA = rsaLine('\x7f'.repeat(9), '\x7f'.repeat(256))

function rsaLine(...parts: readonly string[]): string {
  return `grace ssh-rsa ${Buffer.concat(['ssh-rsa', ...parts].map(wireString)).toString('base64')}`
}
