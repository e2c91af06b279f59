import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from '../../engine/host/config.ts'
import { OperatorError } from '../../engine/host/operator-error.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runproof-config-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const write = async (text: string) => writeFile(join(folder, 'runproof.yaml'), text)

function failure(): OperatorError {
  try {
    readConfig(folder)
  } catch (error) {
    if (error instanceof OperatorError) return error
    throw error
  }
  throw new Error('it was taken')
}

describe('runproof.yaml', () => {
  test('may be absent: everything has a default', () => {
    const own = (path: string) => join(folder, path)
    expect(readConfig(folder)).toEqual({
      catalogue: own('runbooks'),
      evidence: own('.runproof/evidence'),
      policyOverlays: [],
      connections: {},
      roles: {},
      server: { port: 0 },
    })
  })

  test('may be empty', async () => {
    await write('# nothing yet\n')
    expect(readConfig(folder).roles).toEqual({})
  })

  test('names paths from its own folder', async () => {
    await write('catalogue: ../books\npolicyOverlays: [a.yaml, /b.yaml]\n')
    expect(readConfig(folder)).toMatchObject({
      catalogue: join(folder, '../books'),
      policyOverlays: [join(folder, 'a.yaml'), '/b.yaml'],
    })
  })

  test.each([
    ['that is no YAML', 'roles: [', ''],
    ['with a key twice', 'roles: {}\nroles: {}\n', 'unique'],
    ['with a tag', 'evidence: !secret x\n', 'tag'],
    ['with a misspelt key', 'conections: {}\n', 'conections'],
    ['with a list for a map', 'connections: []\n', 'connections'],
    ['that is a list', '- roles\n', ''],
    ['with a URL that is none', 'connections: { platform: { url: platform } }\n', 'url'],
    ['with a URL of another protocol', 'connections: { platform: { url: "file:///etc/passwd" } }\n', 'url'],
    ['with a port that is none', 'server: { port: 70000 }\n', 'port'],
    [
      'with aliases that multiply',
      `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${'*a, '.repeat(40)}*a]\nc: [${'*b, '.repeat(40)}*b]\n`,
      '',
    ],
    ['with people who are no list', 'roles: { lead: ada }\n', 'lead'],
  ])('%s is refused in a sentence that names the file', async (_what, text, named) => {
    await write(text)
    const { code, message, hint } = failure()
    expect(code).toBe('RP0101')
    expect(message).toContain(join(folder, 'runproof.yaml'))
    expect(message).toContain(named)
    expect(hint).not.toBe('')
  })

  test.each(['token: hunter2-hunter2', 'token: { env: A, value: hunter2-hunter2 }', 'token: [hunter2-hunter2]'])(
    'G30: takes a secret as a reference only, and does not repeat what was written instead: %s',
    async (token) => {
      await write(`connections:\n  platform:\n    url: https://platform.example\n    ${token}\n`)
      expect(`${failure().message} ${failure().hint}`).not.toContain('hunter2')
    },
  )

  test('that is a folder is refused in a sentence too', async () => {
    await mkdir(join(folder, 'runproof.yaml'))
    expect(failure().code).toBe('RP0101')
  })
})
