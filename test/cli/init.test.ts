import { readFile, readdir } from 'node:fs/promises'
import { mkdtemp, realpath, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { removeWorkplace, runproof } from './workplace.ts'

const HELD = 'runbooks/scenarios/promotions-held.yaml'

let folder = ''
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'runproof-init-')))
})
afterAll(async () => removeWorkplace(folder))

describe('runproof init', () => {
  test('makes a catalogue that passes check, test and mutation at once', async () => {
    const made = await runproof(folder, 'init')
    expect(made.exitCode).toBe(0)
    expect(made.stdout).toMatch(/made {2}runbooks\/hold-promotions\.yaml\n[^]*next:\n {2}runproof check/)
    expect((await runproof(folder, 'check')).stdout).toBe('ok: 8 files, runbooks: hold-promotions\n')
    const tested = await runproof(folder, 'test', '--mutate')
    expect(tested.stdout).toMatch(/^\d+ mutants: 0 of rules and \d+ of runbooks go unnoticed$/m)
    expect(tested.stdout).toMatch(/ok: 3 scenarios on recorded facts\n$/)
    expect(tested.exitCode).toBe(0)
  })

  test('makes a runbook whose Plan can be shown', async () => {
    const { stdout, exitCode } = await runproof(folder, 'plan', 'hold-promotions')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('no-freeze-over-a-promotion')
  })

  test('overwrites nothing, and writes nothing beside what is there', async () => {
    const mine = '# mine\n'
    const other = await realpath(await mkdtemp(join(tmpdir(), 'runproof-init-')))
    await writeFile(join(other, 'runproof.yaml'), mine)
    const { stderr, exitCode } = await runproof(other, 'init')
    expect(stderr).toMatch(/^error\[RP0007\]: .*runproof\.yaml is there already, and nothing was written\nhint: /)
    expect(exitCode).toBe(2)
    expect(await readFile(join(other, 'runproof.yaml'), 'utf8')).toBe(mine)
    expect(await readdir(other)).toEqual(['runproof.yaml'])
    await removeWorkplace(other)
  })

  test('makes it in a folder that is named', async () => {
    expect((await runproof(folder, 'init', 'second')).exitCode).toBe(0)
    const { stdout } = await runproof(join(folder, 'second'), 'test', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, scenarios: [{}, { twin: { stoppedBy: 'run' } }, {}] })
  })
})

describe('runproof init where nothing can be made', () => {
  test.each([
    ['below a file', 'file/below', 'ENOTDIR'],
    ['in a system that makes no folders', '/proc/runproof', 'ENOENT'],
    ['under a name that is too long', 'x'.repeat(300), 'ENAMETOOLONG'],
  ])('says so, and ends: %s', async (_what, named, code) => {
    await writeFile(join(folder, 'file'), '')
    const { stderr, exitCode } = await runproof(folder, 'init', named)
    expect(stderr).toMatch(new RegExp(`^error\\[RP0007\\]: .* cannot be made \\(${code}\\)\nhint: name a folder`))
    expect(exitCode).toBe(2)
  })
})

describe('runproof test', () => {
  test('shows expected against actual, with the place in the YAML and what happened, and ends with 1', async () => {
    const path = join(folder, HELD)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('outcome: held', 'outcome: unclear'))
    const { stdout, exitCode } = await runproof(folder, 'test', 'hold-promotions', '--filter', 'held')
    const mutated = await runproof(folder, 'test', 'hold-promotions', '--filter', 'held', '--mutate')
    await writeFile(path, text)
    expect(exitCode).toBe(1)
    expect(mutated.exitCode).toBe(1)
    expect(mutated.stdout).toMatch(
      /\n\nno mutant was tried: 1 scenario fails already, and would seem to notice every change\n1 of 1 scenario/,
    )
    expect(stdout.replace(/\d+ ms/, 'N ms')).toBe(
      `hold-promotions
  failed  promotions-held  N ms
    expected  unclear
    actual    held (Promotions into production are held for 2h.)
     --> runbooks/scenarios/promotions-held.yaml:9:12
      |
    9 |   outcome: unclear
      |            ^^^^^^^
    what happened
      look          done
      state         failing  failing: true
      agreed        done  approved by incident-lead-1
      hold          done
      outcome held  said
1 of 1 scenario on recorded facts failed
`,
    )
  })

  test('ends with 1 where a rule could be weaker unnoticed', async () => {
    const path = join(folder, 'runbooks/rules/hold-promotions.yaml')
    const text = await readFile(path, 'utf8')
    await writeFile(
      path,
      text.replace('- freeze.inFlight == 0', '- freeze.inFlight == 0\n          - freeze.active == false'),
    )
    const { stdout, exitCode } = await runproof(folder, 'test', '--mutate')
    await writeFile(path, text)
    expect(stdout).toContain('unnoticed  rule no-freeze-over-a-promotion: dropped: freeze.active == false')
    expect(exitCode).toBe(1)
  })

  test('tells a wrong filter, an unknown runbook, and a catalogue with a mistake', async () => {
    const wrong = await runproof(folder, 'test', '--filter', 'nowhere')
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      2,
      expect.stringContaining('has no scenario whose id has `nowhere`'),
    ])
    const unknown = await runproof(folder, 'test', 'hold-promotion')
    expect([unknown.exitCode, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean `hold-promotions`?')])
    const path = join(folder, HELD)
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('hold: done', 'hold: dnoe'))
    const broken = await runproof(folder, 'test')
    await writeFile(path, text)
    expect([broken.exitCode, broken.stderr]).toEqual([
      1,
      expect.stringContaining('error[RB0211]: `hold` never ends `dnoe`'),
    ])
  })
})
