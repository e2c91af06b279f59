import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CODES } from '../../engine/cli/codes.ts'
import { services } from '../support/services.ts'
import { canonical } from '../../schemas/canonical.ts'
import {
  addRunbook,
  environment,
  expectGolden,
  makeWorkplace,
  removeWorkplace,
  runproof,
  runproofIn,
} from './workplace.ts'

let folder = ''
beforeAll(async () => {
  folder = await makeWorkplace()
})
afterAll(async () => removeWorkplace(folder))

const WRONG_COMMANDS: readonly (readonly [golden: string, ...args: string[]])[] = [
  ['an-unknown-command', 'chek'],
  ['an-unknown-option', 'check', '--jsn'],
  ['a-missing-argument', 'show'],
  ['a-missing-option', 'stop', '--environment', 'production'],
  ['a-folder-that-is-not-there', 'check', '--folder', '/nowhere/at/all'],
  ['an-unknown-runbook', 'plan', 'ask-frist'],
  ['a-missing-input', 'run', 'ask-first'],
  ['a-misspelt-input', 'run', 'ask-first', '--topic-of-tal', 'x'],
  ['an-input-of-another-type', 'run', 'ask-first', '--topic-of-talk', 'x', '--rounds', 'many'],
  ['no-installation-runs', 'run', 'ask-first', '--topic-of-talk', 'x'],
  ['no-installation-to-ask', 'why', 'some-run'],
  ['a-run-id-that-cannot-be', 'show', '../../etc'],
  ['a-bundle-that-is-not-there', 'evidence', 'verify', 'some-run'],
  ['two-ways-to-trust', 'evidence', 'verify', '.', '--trust', 'a', '--key', 'b'],
  ['a-stop-that-is-not-there', 'release', 'stop-1', '--reason', 'over'],
  ['a-stop-of-an-effect-that-is-not-there', 'stop', '--effect', 'promotion.freze', '--reason', 'drill'],
  ['an-unknown-code', 'explain', 'RP0130'],
  ['a-file-outside-the-catalogue', 'check', 'runproof.yaml'],
  ['a-pause-without-a-reason', 'pause', 'some-run'],
  ['a-form-that-is-not-there', 'runs', '--output', 'xml'],
  ['a-plan-to-compare-with-that-is-not-there', 'plan', 'ask-first', '--diff', 'old.json'],
  ['a-group-without-a-command', 'evidence'],
  ['an-input-of-a-plan-of-another-type', 'plan', 'ask-first', '--topic-of-talk', 'x', '--rounds', 'many'],
  ['facts-that-are-not-there', 'eval', 'a.b == a.b', '--facts', 'facts.json'],
]

describe('a mistake on the command line', () => {
  test.each(WRONG_COMMANDS)('%s is told with its code and a hint, and without a stack', async (golden, ...args) => {
    await expectGolden(golden, folder, args)
  })

  test('shows a stack where --debug asks for it', async () => {
    const { stderr, exitCode } = await runproof(folder, 'why', 'some-run', '--debug')
    expect(stderr).toMatch(/^error\[RP0103\]: .*\nhint: .*\nOperatorError: .*\n {4}at /s)
    expect(exitCode).toBe(2)
  })
})

describe('check', () => {
  test('shows every mistake with its place, and ends with 1', async () => {
    const broken = await makeWorkplace()
    await addRunbook(broken, 'broken')
    try {
      await expectGolden('a-broken-runbook', broken, ['check'])
      await expectGolden('a-broken-runbook-refuses-to-run', broken, ['run', 'ask-first', '--topic-of-talk', 'x'])
      const { stdout } = await runproof(broken, 'check', '--json')
      const found = JSON.parse(stdout) as { code: string; line: number; col: number }[]
      expect(found.map(({ code, line }) => `${code}:${line}`)).toEqual(['RB0212:4', 'RB0113:12'])
      const { exitCode } = await runproof(broken, 'check', 'runbooks/ask-first.yaml')
      expect(exitCode).toBe(0)
    } finally {
      await removeWorkplace(broken)
    }
  })

  test('says where the configuration is wrong', async () => {
    const misconfigured = await makeWorkplace()
    await writeFile(join(misconfigured, 'runproof.yaml'), 'catalog: elsewhere\n')
    await expectGolden('a-misspelt-key-in-runproof-yaml', misconfigured, ['check'])
    await writeFile(join(misconfigured, 'runproof.yaml'), 'catalogue: elsewhere\n')
    await expectGolden('a-catalogue-that-is-not-there', misconfigured, ['check'])
    await removeWorkplace(misconfigured)
  })
})

test('up says that the Temporal which TEMPORAL_ADDRESS names cannot be reached, and leaves no lock', async () => {
  const { stderr, exitCode } = await runproofIn(folder, ['up'], { ...environment(), TEMPORAL_ADDRESS: '127.0.0.1:1' })
  expect(stderr).toContain('error[RP0201]: Temporal cannot be reached at 127.0.0.1:1\nhint: ')
  expect(exitCode).toBe(3)
  expect(existsSync(join(folder, '.runproof', 'lock'))).toBe(false)
})

test('a namespace that is not there, or was never made ready, is no bug of Runproof', async () => {
  const { address, namespace } = services().temporal
  const at = (name: string) => ({ ...environment(), TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: name })
  for (const [name, says] of [
    ['not-there', 'the namespace is not there'],
    [namespace, 'the namespace lacks the search attributes of Runproof'],
  ] as const) {
    const { stderr, exitCode } = await runproofIn(folder, ['runs'], at(name))
    expect(stderr).toContain(`error[RP0204]: ${says}\nhint: \`runproof up\``)
    expect(exitCode).toBe(3)
  }
  const { stdout } = await runproofIn(folder, ['doctor'], at('not-there'))
  expect(stdout).toMatch(/✗ temporal +the namespace is not there\n +mend: `runproof up`/)
})

test('colours are for a terminal, and NO_COLOR switches them off', async () => {
  const forced = await runproofIn(folder, ['plan', 'ask-first'], { ...environment(), FORCE_COLOR: '1' })
  expect(forced.stdout).toContain('\u001b[')
  const plain = await runproof(folder, 'plan', 'ask-first')
  expect(plain.stdout).not.toContain('\u001b')
})

test('plan --json is the canonical JSON, whose SHA-256 is the digest that it tells beside it', async () => {
  const { stdout, stderr, exitCode } = await runproof(folder, 'plan', 'ask-first', '--json')
  expect(stdout).toBe(canonical(JSON.parse(stdout)))
  expect(stderr).toBe(`digest sha256:${createHash('sha256').update(stdout).digest('hex')}\n`)
  expect(exitCode).toBe(0)
})

test('keys that others can read are refused', async () => {
  const open = await makeWorkplace()
  await mkdir(join(open, '.runproof', 'keys'), { recursive: true })
  await chmod(join(open, '.runproof', 'keys'), 0o777)
  await expectGolden('a-key-folder-that-others-can-change', open, ['keys', 'init'])
  await removeWorkplace(open)
})

test('explain tells codes of the command line, of the language and of evidence', async () => {
  for (const code of ['RP0103', 'RB0201', 'EV0303'])
    await expectGolden(`explain-${code}`, folder, ['explain', code.toLowerCase()])
})

test('every code of the command line says what it means, and how it is mended', () => {
  for (const { title, cause, cure } of Object.values(CODES)) {
    for (const words of [title, cause, cure]) expect(words).toMatch(/^\S.{7,}[^.]$/)
  }
})
