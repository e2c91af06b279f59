import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readAllowedSigners } from '../../evidence/ssh/allowed-signers.ts'
import { runproof } from '../cli/workplace.ts'
import { People } from '../support/ssh-keys.ts'

let folder: string
let people: People

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runproof-keys-'))
  people = await People.open()
})
afterEach(async () => {
  await people.close()
  await rm(folder, { recursive: true })
})

const listIn = async (...path: string[]) => readFile(join(folder, '.runproof', ...path), 'utf8').catch(() => '')
const init = async (...signers: string[]) =>
  runproof(folder, 'keys', 'init', ...signers.flatMap((signer) => ['--signer', signer]))

describe('`runproof keys init`', () => {
  test('G26: offers to list who may sign votes, and lists them here and in the trust folder, each once', async () => {
    expect((await init()).stdout).toContain('nobody can sign votes yet: runproof keys init --signer <name>=')
    const [grace, hal] = [await people.person('grace'), await people.person('hal', ['ecdsa'])]
    expect((await init(`grace=${grace.key}.pub`)).stdout).toContain('grace may sign votes')
    const both = await init(`grace=${grace.key}.pub`, `hal=${hal.key}.pub`)
    expect(both).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('grace, hal may sign votes') as string })
    const list = await listIn('allowed_signers')
    expect(await listIn('trust', 'allowed_signers')).toBe(list)
    expect(readAllowedSigners(list)).toMatchObject({
      signers: [
        { principal: 'grace', namespaces: ['runproof-vote'] },
        { principal: 'hal', namespaces: ['runproof-vote'] },
      ],
      problems: [],
    })
    expect((await stat(join(folder, '.runproof', 'allowed_signers'))).mode & 0o077).toBe(0)
  })

  test('G26: lists no key under a second name, no private key, and nothing that is none', async () => {
    const grace = await people.person('grace')
    await init(`grace=${grace.key}.pub`)
    await writeFile(join(folder, 'none.pub'), 'no key\n')
    const wrong = [
      [`hal=${grace.key}.pub`, 'one key is one person'],
      [`hal=${grace.key}`, 'is a private key'],
      ['hal=none.pub', 'cannot be listed for hal'],
      ['hal=absent.pub', 'cannot be read'],
      ['hal', 'names no key'],
      [`*=${grace.key}.pub`, 'is not the name of one person'],
    ] as const
    for (const [signer, why] of wrong) {
      const { exitCode, stderr } = await init(signer)
      expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('error[RP0312]') as string })
      expect(stderr).toContain(why)
    }
    expect((await listIn('allowed_signers')).trim().split('\n')).toHaveLength(1)
  })
})
