import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EvidenceError } from '../../evidence/errors.ts'
import { ensureKey, loadKey, loadPublicKey, publicKeyOf, signJson, sshBlob, verifyJson } from '../../evidence/keys.ts'
import { addTrust, keyFile, loadTrust } from '../../evidence/trust.ts'
import { temporaryFolder } from './fixture.ts'

let dir: string
beforeEach(async () => {
  dir = join(await temporaryFolder(), 'keys')
})
afterEach(async () => rm(join(dir, '..'), { recursive: true }))

const permissions = async (path: string) => (await stat(path)).mode & 0o777

test('the key id is the fingerprint that ssh-keygen prints', async () => {
  const { keyid, publicPem } = await ensureKey(dir, 'sealing')
  const line = join(dir, 'sealing.pub')
  await writeFile(line, `ssh-ed25519 ${sshBlob(publicPem).toString('base64')} test\n`)
  const { stdout } = await execa('ssh-keygen', ['-lf', line])
  expect(stdout.split(' ')[1]).toBe(keyid)
})

test('a key is made for its owner alone, and found again', async () => {
  const made = await ensureKey(dir, 'sealing')
  expect(await permissions(dir)).toBe(0o700)
  expect(await permissions(join(dir, 'sealing.pem'))).toBe(0o600)
  expect((await ensureKey(dir, 'sealing')).keyid).toBe(made.keyid)
  expect((await loadPublicKey(join(dir, 'sealing.pub.pem'))).keyid).toBe(made.keyid)
  expect(await readFile(join(dir, 'sealing.pub.pem'), 'utf8')).not.toContain('PRIVATE')
})

test('of many that make the same key at once, all get the one that won', async () => {
  const keys = await Promise.all(Array.from({ length: 8 }, async () => ensureKey(dir, 'sealing')))
  expect(new Set(keys.map(({ keyid }) => keyid)).size).toBe(1)
})

test.each([0o640, 0o604, 0o644])(
  'a private key that others can read (%o) is refused, with the command that mends it',
  async (mode) => {
    await ensureKey(dir, 'sealing')
    await chmod(join(dir, 'sealing.pem'), mode)
    await expect(loadKey(dir, 'sealing')).rejects.toMatchObject({ hint: `chmod 600 ${join(dir, 'sealing.pem')}` })
  },
)

test('a key folder that others can change is refused', async () => {
  await ensureKey(dir, 'sealing')
  await chmod(dir, 0o770)
  await expect(ensureKey(dir, 'sealing')).rejects.toMatchObject({ hint: `chmod 700 ${dir}` })
})

test.each([
  ['no key', ['nonsense']],
  ['a key of another kind', ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']],
])('a file that holds %s is refused, without printing it', async (_what, command) => {
  await ensureKey(dir, 'other')
  const pem = command.length > 1 ? (await execa('openssl', command)).stdout : 'no key at all'
  await writeFile(join(dir, 'sealing.pem'), pem, { mode: 0o600 })
  const error: unknown = await loadKey(dir, 'sealing').catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(EvidenceError)
  expect(String(error)).toContain('holds no Ed25519 key')
  expect(String(error)).not.toContain(pem.split('\n')[1] ?? pem)
})

test('a folder in the place of a public key, or of the list of signers, is an error that says so', async () => {
  const { publicPem } = await ensureKey(dir, 'sealing')
  await expect(loadPublicKey(dir)).rejects.toThrow(`the public key ${dir} cannot be read`)
  const folder = join(dir, 'trust')
  await addTrust(folder, { sealing: [publicKeyOf(publicPem, 'sealing')], admission: [] })
  await mkdir(join(folder, 'allowed_signers'))
  await expect(loadTrust(folder)).rejects.toThrow(EvidenceError)
})

test('a key that is not there is asked for by name', async () => {
  await expect(loadKey(dir, 'sealing')).rejects.toMatchObject({ hint: 'make keys with: runproof keys init' })
})

test('G25: a signature holds for the value that was signed, in any order of its keys, and for no other', async () => {
  const signer = await ensureKey(dir, 'admission')
  const keys = [publicKeyOf((await ensureKey(dir, 'other')).publicPem, 'other'), publicKeyOf(signer.publicPem, 'own')]
  const { signature, keyid } = await signJson(signer, { run: 'r', inputs: { a: 1, b: 2 } })
  expect(keyid).toBe(signer.keyid)
  expect(verifyJson(keys, { inputs: { b: 2, a: 1 }, run: 'r' }, signature)?.keyid).toBe(keyid)
  expect(verifyJson(keys, { run: 'r', inputs: { a: 1, b: 3 } }, signature)).toBeUndefined()
  expect(verifyJson(keys.slice(0, 1), { run: 'r', inputs: { a: 1, b: 2 } }, signature)).toBeUndefined()
})

test('a trust folder keeps who may seal apart from who may admit', async () => {
  const sealing = publicKeyOf((await ensureKey(dir, 'sealing')).publicPem, 'sealing')
  const admission = publicKeyOf((await ensureKey(dir, 'admission')).publicPem, 'admission')
  const folder = join(dir, 'trust')
  await addTrust(folder, { sealing: [sealing], admission: [admission] })
  await addTrust(folder, { sealing: [sealing], admission: [admission] })
  const trust = await loadTrust(folder)
  expect(trust.sealing.map(({ keyid }) => keyid)).toEqual([sealing.keyid])
  expect(trust.admission?.map(({ keyid }) => keyid)).toEqual([admission.keyid])
  expect(await readFile(join(folder, 'keys', keyFile(sealing.keyid)), 'utf8')).toBe(sealing.pem)
})

test('a trust folder without a key, or that is a file, is an error that says so', async () => {
  await expect(loadTrust(dir)).rejects.toThrow('holds no key')
  await ensureKey(dir, 'sealing')
  await expect(loadTrust(join(dir, 'sealing.pub.pem'))).rejects.toThrow('cannot be read')
})
