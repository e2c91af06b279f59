import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig, withPeopleAsNow } from '../../engine/host/config.ts'
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
      votes: {
        key: join(homedir(), '.ssh', 'id_ed25519'),
        allowedSigners: own('.runproof/allowed_signers'),
        users: {},
      },
      leases: {},
      topology: [],
      worker: { radii: [] },
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
    ['that is no YAML', 'roles: [', ':1:9: this is not YAML'],
    ['with a key twice', 'roles: {}\nroles: {}\n', ':2:1: `roles` stands here twice'],
    ['with a tag', 'evidence: !secret x\n', ':1:11: YAML reads this as a tag'],
    ['with a misspelt key', 'conections: {}\n', ':1:1: there is no key `conections`'],
    ['with a misspelt key further down', 'server:\n  prot: 1\n', ':2:3: there is no key `prot` under `server`'],
    ['with a list for a map', 'connections: []\n', ':1:1: `connections` must be a map'],
    ['that is a list', '- roles\n', 'the file must be a map'],
    ['without what must be there', 'connections: { platform: {} }\n', ':1:16: `connections.platform.url` is missing'],
    [
      'with a URL that is none',
      'connections: { platform: { url: platform } }\n',
      'must be a URL that begins with `http://`',
    ],
    ['with a URL of another protocol', 'connections: { platform: { url: "file:///etc/passwd" } }\n', 'must be a URL'],
    ['with a port that is none', 'server: { port: 70000 }\n', ':1:11: `server.port` must be at most 65535'],
    ['with a number for a text', 'catalogue: 3\n', ':1:1: `catalogue` must be a text'],
    ['with an alias', 'roles: &a {}\nconnections: *a\n', ':1:11: anchors and aliases are not read'],
    ['with people who are no list', 'roles: { lead: ada }\n', ':1:10: `roles.lead` must be a list'],
    ['with a person without a name', 'roles: { lead: [""] }\n', '`roles.lead.0` must not be empty'],
  ])('%s is refused in a sentence that names the file', async (_what, text, named) => {
    await write(text)
    const { code, message, hint } = failure()
    expect(code).toBe('RP0101')
    expect(message).toContain(join(folder, 'runproof.yaml'))
    expect(message).toContain(named)
    expect(hint).not.toBe('')
  })

  test('is told with every mistake at once, in the order of the file, and with what was meant', async () => {
    await write('conections: {}\nroles: { lead: ada }\n')
    const { message, hint } = failure()
    expect(message.split('\n').map((line) => line.replace(folder, ''))).toEqual([
      '/runproof.yaml:1:1: there is no key `conections`',
      '/runproof.yaml:2:10: `roles.lead` must be a list (`[a, b]`)',
    ])
    expect(hint).toBe('did you mean `connections`?')
  })

  test.each([
    'token: !hunter2 x',
    'token: hunter2-hunter2',
    'token: { env: A, value: hunter2-hunter2 }',
    'token: [hunter2-hunter2]',
  ])('G30: takes a secret as a reference only, and does not repeat what was written instead: %s', async (token) => {
    await write(`connections:\n  platform:\n    url: https://platform.example\n    ${token}\n`)
    expect(`${failure().message} ${failure().hint}`).not.toContain('hunter2')
  })

  test('that is a folder is refused in a sentence too', async () => {
    await mkdir(join(folder, 'runproof.yaml'))
    expect(failure().code).toBe('RP0101')
  })
})

test('G26: people are those of the file as it is now; a file with a mistake names nobody', async () => {
  await write('roles: { lead: [ada] }\n')
  const config = withPeopleAsNow(folder, readConfig(folder))
  expect(config.roles).toEqual({ lead: ['ada'] })
  await write('roles: { lead: [grace] }\nvotes: { users: { grace: [root] } }\n')
  expect(config.roles).toEqual({ lead: ['grace'] })
  expect(config.votes.users).toEqual({ grace: ['root'] })
  await write('roles: { lead: grace }\n')
  expect(config.roles).toEqual({})
})
