import { cp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyFile } from '../../evidence/trust.ts'
import { install, sealedBundle } from './fixture.ts'
import type { Installation } from './fixture.ts'

const SCRIPT = new URL('./verify.sh', import.meta.url).pathname
const README = new URL('../../evidence/README.md', import.meta.url).pathname

let at: Installation
let whole: string
let copies = 0

beforeAll(async () => {
  for (const tool of ['jq', 'openssl', 'sha256sum']) {
    await execa(tool, ['--version'])
      .catch(() => execa(tool, ['version']))
      .catch(() => {
        throw new Error(`${tool} is not installed: apt-get install jq openssl coreutils`)
      })
  }
  at = await install()
  whole = await sealedBundle(at)
})
afterAll(async () => rm(at.dir, { recursive: true }))

/** The key as a stranger has it: from the trust folder, which came another way than the bundle. */
const trustedKey = () => join(at.trust, 'keys', keyFile(at.sealing.signer.keyid))

async function runScript(bundle: string, ...more: string[]) {
  return execa('bash', [SCRIPT, bundle, trustedKey(), ...more], { reject: false })
}

async function copyOf(bundle: string): Promise<string> {
  const copy = join(at.dir, `copy-${++copies}`)
  await cp(bundle, copy, { recursive: true })
  return copy
}

async function editLines(bundle: string, change: (lines: string[]) => string[]): Promise<void> {
  const file = join(bundle, 'data/steps.jsonl')
  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  await writeFile(file, `${change(lines).join('\n')}\n`)
}

describe('with nothing but sha256sum, jq and openssl', () => {
  test('a bundle is verified, by the key of the trust folder', async () => {
    const { stdout, exitCode } = await runScript(whole, 'run-1')
    expect({ stdout, exitCode }).toEqual({ stdout: 'verified run-1 succeeded', exitCode: 0 })
  })

  test.each([
    [
      'a changed step',
      'files',
      async (b: string) => editLines(b, ([first = '', ...rest]) => [first.replace('admitted', 'refused'), ...rest]),
    ],
    ['a removed step', 'files', async (b: string) => editLines(b, (lines) => lines.toSpliced(2, 1))],
    ['an extra file', 'an unlisted file', async (b: string) => writeFile(join(b, 'data/zzz.json'), '{}')],
    ['a dropped file', 'files', async (b: string) => rm(join(b, 'data/trigger.json'))],
    ['an edited manifest', 'manifest', async (b: string) => writeFile(join(b, 'manifest-sha256.txt'), '')],
  ])('%s is found', async (_what, says, tamper) => {
    const bundle = await copyOf(whole)
    await tamper(bundle)
    const { stdout, exitCode } = await runScript(bundle)
    expect(exitCode).toBe(4)
    expect(stdout.split('\n').at(-1)).toBe(`FAILED ${says}`)
  })

  test('a foreign key is found', async () => {
    const stranger = await install()
    const { stdout, exitCode } = await runScript(await sealedBundle(stranger))
    await rm(stranger.dir, { recursive: true })
    expect({ exitCode, last: stdout.split('\n').at(-1) }).toEqual({ exitCode: 4, last: 'FAILED signature' })
  })

  test('the bundle of another run is found', async () => {
    expect((await runScript(whole, 'run-2')).stdout).toBe('FAILED another run')
  })

  test('the commands that the page prints do the same', async () => {
    const block = /```sh\n([\s\S]*?)```/.exec(await readFile(README, 'utf8'))?.[1] ?? ''
    const script = join(at.dir, 'from-readme.sh')
    await writeFile(script, `set -e\nKEY=$1\n${block}`)
    const bundle = await copyOf(whole)
    const good = await execa('bash', [script, trustedKey()], { cwd: bundle, reject: false })
    expect(good.stderr).toBe('')
    expect(good.stdout).toContain('Signature Verified Successfully')
    await editLines(bundle, (lines) => lines.slice(1))
    expect((await execa('bash', [script, trustedKey()], { cwd: bundle, reject: false })).exitCode).not.toBe(0)
  })
})

describe('the page of the format', () => {
  test('tags every MUST in order, and a test names each tag', async () => {
    const tags = [...(await readFile(README, 'utf8')).matchAll(/^- \*\*(EV-\d\d)\*\* /gm)].map(([, tag]) => tag)
    expect(tags).toEqual(tags.map((_, at) => `EV-${String(at + 1).padStart(2, '0')}`))
    const folder = new URL('.', import.meta.url).pathname
    const tests = await Promise.all((await readdir(folder)).map(async (name) => readFile(join(folder, name), 'utf8')))
    expect(tags.filter((tag) => !tests.some((text) => text.includes(`${tag}:`)))).toEqual([])
    expect(tags).toHaveLength(18)
  })

  test('names every file that a bundle holds', async () => {
    const page = await readFile(README, 'utf8')
    const names = (await readdir(whole, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
    const folders = names.map(({ name, parentPath }) =>
      /facts|effects|approvals|runbook$/.test(parentPath) ? `${parentPath.split('/').at(-1)}/` : name,
    )
    for (const name of new Set(folders)) expect(page).toContain(name)
  })
})
