import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { canonical } from '../../schemas/canonical.ts'
import type { Plan } from '../../schemas/plan.ts'
import { makeSmallWorkplace, makeWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
beforeAll(async () => {
  folder = await makeWorkplace()
})
afterAll(async () => removeWorkplace(folder))

const write = async (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value))
const payload = (name: string) => fileURLToPath(new URL(`../testdata/payloads/${name}.json`, import.meta.url))
const DIGEST = `sha256:${'0'.repeat(64)}`

describe('eval', () => {
  const owner = { action: 'platform.routeOwner', value: { digest: DIGEST, epoch: 3, sinceChange: 60_000 } }

  test.each([
    ['true', 'owner.sinceChange > policy.propagationSlo', 0],
    ['false', 'owner.sinceChange <= policy.propagationSlo', 5],
    ['unknown', 'edges.items.exists(e, e.epoch != owner.epoch)', 5],
  ])('G10: says %s of `%s`, and exits accordingly', async (says, predicate, exit) => {
    await write('facts.json', { owner, edges: { action: 'platform.edgeRoutes', unknown: 'the platform is away' } })
    const { stdout, exitCode } = await runproof(folder, 'eval', predicate, '--facts', 'facts.json')
    expect(exitCode).toBe(exit)
    expect(stdout).toMatch(new RegExp(`^ {2}${says} +${predicate.slice(0, 5)}`))
    if (says === 'unknown') expect(stdout).toContain('the platform is away')
  })

  test('G12: an incomplete or empty list is unknown, with the reason, also as JSON', async () => {
    const edges = { action: 'platform.edgeRoutes', value: { items: [] } }
    await write('facts.json', { edges })
    const { stdout } = await runproof(
      folder,
      'eval',
      'edges.items.all(e, e.operation.known)',
      '--facts',
      'facts.json',
      '--json',
    )
    const judged = JSON.parse(stdout) as { says: string; observed: Record<string, { unknown: string }> }
    expect(stdout).toBe(`${canonical(judged)}\n`)
    expect(judged.says).toBe('unknown')
    expect(judged.observed['edges.items']?.unknown).toContain('empty')
  })

  test('G10: a value that is not of its type makes a fact unknown, not false', async () => {
    await write('facts.json', { owner: { ...owner, value: { ...owner.value, epoch: 'three' } } })
    const { stdout, exitCode } = await runproof(folder, 'eval', 'owner.epoch == owner.epoch', '--facts', 'facts.json')
    expect(stdout).toContain('`owner.epoch` is a string, where an epoch is needed')
    expect(exitCode).toBe(5)
  })

  test('tells a mistake in the predicate at its place, with what was meant', async () => {
    await write('facts.json', { owner })
    const { stderr, exitCode } = await runproof(folder, 'eval', 'owner.epok == owner.epoch', '--facts', 'facts.json')
    expect(stderr).toBe(
      [
        'error: `owner` has no field `epok`',
        '  | owner.epok == owner.epoch',
        '  |       ^^^^',
        '  = help: there are `digest`, `epoch`, `sinceChange`',
        '',
      ].join('\n'),
    )
    expect(exitCode).toBe(1)
  })

  test('takes contracts of readings that nobody has yet', async () => {
    const fields = { count: { kind: 'count' } }
    await write('types.json', { kind: 'reading', name: 'moon.phase', output: { kind: 'object', fields } })
    await write('facts.json', { moon: { action: 'moon.phase', value: { count: 1 } } })
    const args = ['eval', 'moon.count > 0', '--facts', 'facts.json', '--types', 'types.json']
    expect((await runproof(folder, ...args)).exitCode).toBe(0)
    const { stderr } = await runproof(folder, ...args.slice(0, 4))
    expect(stderr).toContain('error[RP0006]: there is no contract `moon.phase`')
  })

  test.each([
    ['is no JSON', '{', 'it is no JSON'],
    ['has an unknown key', '{ "a": { "action": "x", "valeu": 1 } }', 'there is no key `valeu` under `a`'],
    ['has neither value nor reason', '{ "a": { "action": "x" } }', 'needs a `value`, or a reason'],
  ])('refuses a file that %s', async (_what, text, said) => {
    await writeFile(join(folder, 'facts.json'), text)
    const { stderr, exitCode } = await runproof(folder, 'eval', 'a.b == a.b', '--facts', 'facts.json')
    expect(stderr).toContain('error[RP0006]')
    expect(stderr).toContain(said)
    expect(exitCode).toBe(2)
  })
})

describe('alerts explain', () => {
  test('tells for each alert what it would start, with which inputs, or why nothing, and starts nothing', async () => {
    const alert = (labels: object, fingerprint: string) => ({
      status: 'firing',
      labels,
      startsAt: new Date().toISOString(),
      fingerprint,
    })
    const burning = { alertname: 'ErrorBudgetFastBurn', environment: 'production', app: 'shop' }
    await write('payload.json', {
      version: '4',
      status: 'firing',
      alerts: [alert(burning, 'a1'), alert({ ...burning, app: '' }, 'a2'), alert({ alertname: 'Other' }, 'a3')],
    })
    const { stdout, exitCode } = await runproof(folder, 'alerts', 'explain', 'payload.json')
    expect(exitCode).toBe(0)
    expect(stdout).toContain(
      'starts bad-deploy, mode act, or is merged into the live run of bad-deploy/production/shop',
    )
    expect(stdout).toContain('inputs environment="production" app="shop"')
    expect(stdout).toContain('refused for bad-deploy: the input `app` cannot be')
    expect(stdout).toContain('starts nothing: no trigger of any runbook names it')
    const json = JSON.parse(
      (await runproof(folder, 'alerts', 'explain', 'payload.json', '--output', 'json')).stdout,
    ) as object[]
    expect(json).toMatchObject([
      { result: 'would-start', mode: 'act' },
      { result: 'refused' },
      { result: 'no-runbook' },
    ])
  })

  test('reads what a real Alertmanager sent, and refuses what is no notification', async () => {
    expect((await runproof(folder, 'alerts', 'explain', payload('firing-grouped'))).stdout).toContain('DbDown')
    await write('payload.json', { version: '3' })
    const { stderr, exitCode } = await runproof(folder, 'alerts', 'explain', 'payload.json')
    expect(stderr).toContain('error[RP0006]: this is no notification')
    expect(exitCode).toBe(2)
  })
})

describe('plan', () => {
  test('shows effects by blast radius, which rule guards which at which moments, who is asked, and what is taken back', async () => {
    const { stdout } = await runproof(folder, 'plan', 'host-os-upgrade')
    const titles = stdout.split('\n').filter((line) => /^[a-z]/.test(line) && !line.includes(':'))
    expect(titles.filter((title) => title !== 'outputs').slice(0, 8)).toEqual([
      'inputs',
      'starts by itself',
      'steps',
      'effects, the widest blast radius first',
      'asks people',
      'if the run stops, what was done is taken back, last first',
      'outcomes, the first that fits',
      'rules',
    ])
    expect(stdout).toMatch(/guarded by [a-z-]+: (compiled|at the effect)/)
    expect(stdout).toMatch(/ {2}emptyNode {2}call node-drain\n/)
    expect(stdout).toMatch(/ {6}emptyNode\.evictions {2}do kubernetes\.evictPod\n(?: {10}.+\n)*? {10}for each pod of /)
  })

  test('G34: --diff tells what changed since another Plan: rules first, and no line that merely moved', async () => {
    const before = (await runproof(folder, 'plan', 'bad-deploy', '--json')).stdout
    await writeFile(join(folder, 'old.json'), before)
    const same = await runproof(folder, 'plan', 'bad-deploy', '--diff', 'old.json')
    expect(same.stdout).toContain('the same Plan')
    const old = JSON.parse(before) as Plan
    const [first, ...others] = old.rules
    const changed = {
      ...old,
      rules: [{ ...first, next: 'something else' }, ...others.slice(1)],
      steps: old.steps.slice(1),
    }
    await write('old.json', changed)
    const { stdout } = await runproof(folder, 'plan', 'bad-deploy', '--diff', 'old.json')
    const lines = stdout.split('\n')
    expect(lines.indexOf('rules')).toBeLessThan(lines.indexOf('steps'))
    expect(stdout).toContain(`  ~ ${first?.id ?? ''}\n      next\n      - "something else"\n`)
    expect(stdout).toContain(`  + ${others[0]?.id ?? ''}\n`)
    expect(stdout).toContain(`  + ${old.steps[0]?.id ?? ''}\n`)
    const json = (await runproof(folder, 'plan', 'bad-deploy', '--diff', 'old.json', '--json')).stdout
    const { changes } = JSON.parse(json) as { changes: { section: string; name: string; change: string }[] }
    expect(changes).toContainEqual(expect.objectContaining({ section: 'rules', name: others[0]?.id, change: 'added' }))
  })

  test('--diff names what it cannot find', async () => {
    const { stderr, exitCode } = await runproof(folder, 'plan', 'bad-deploy', '--diff', DIGEST)
    expect(stderr).toContain(`error[RP0401]: the Plan ${DIGEST} is not kept here`)
    expect(exitCode).toBe(3)
  })

  test('with inputs says what would be, marked as no evidence; what cannot be read is unknown', async () => {
    const { stdout, exitCode } = await runproof(
      folder,
      'plan',
      'bad-deploy',
      '--environment',
      'production',
      '--app',
      'shop',
    )
    expect(exitCode).toBe(0)
    expect(stdout).toContain('this is NOT EVIDENCE; no effect was performed')
    expect(stdout).toMatch(/ {2}owner: unknown \(error\): there is no connection `platform`/)
    expect(stdout).toMatch(/ {2}rollback {2}route\.rollback: cannot be told/)
    const json = await runproof(folder, 'plan', 'bad-deploy', '--environment', 'production', '--app', 'shop', '--json')
    expect(JSON.parse(json.stdout)).toMatchObject({ evidence: false })
    const misspelt = await runproof(folder, 'plan', 'bad-deploy', '--environmet', 'production')
    expect(misspelt.stderr).toContain('unknown option `--environmet`')
    expect(misspelt.exitCode).toBe(2)
  })
})

describe('prove', () => {
  test('says of each rule where it binds, what is settled, and what remains; as JSON too', async () => {
    const { stdout, exitCode } = await runproof(folder, 'prove', 'bad-deploy')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('no-hidden-db-incompatibility  Do not hide DB incompatibility')
    expect(stdout).toMatch(/rollback, route\.rollback: .*\n {8}looked at: at the effect\n {8}remains: /)
    const { unbound, rules } = JSON.parse((await runproof(folder, 'prove', '--json')).stdout) as {
      unbound: string[]
      rules: object[]
    }
    expect(unbound).toEqual([])
    expect(rules.length).toBeGreaterThanOrEqual(18)
  })

  test('exits 1 where a rule binds to nothing', async () => {
    const place = await makeSmallWorkplace()
    await mkdir(join(place, 'runbooks', 'rules'))
    await writeFile(
      join(place, 'runbooks', 'rules', 'idle.yaml'),
      'rules:\n  - id: never-served\n    text: Never say so.\n    source: a test\n    checks: [{ forbid: [claim.served], inRunsWith: [claim.served] }]\n    overridable: never\n    next: say something else\n',
    )
    const { stdout, exitCode } = await runproof(place, 'prove')
    await removeWorkplace(place)
    expect(stdout).toContain('never-served  binds to nothing: it only looks like a rule')
    expect(exitCode).toBe(1)
  })
})

describe('fmt', () => {
  const UNTIDY = 'runbook:   untidy\n\n\ntitle: "A title"    # kept\n'

  test('says that there is no catalogue where there is none', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'runproof-fmt-'))
    const { stderr, exitCode } = await runproof(empty, 'fmt')
    expect(stderr).toContain('error[RP0106]: the catalogue cannot be read: ')
    expect(exitCode).toBe(2)
    await rm(empty, { recursive: true })
  })

  test('writes files in one way, keeps comments, and changes nothing the second time', async () => {
    const place = await makeSmallWorkplace()
    const file = join(place, 'runbooks', 'untidy.yaml')
    await writeFile(file, UNTIDY)
    const checked = await runproof(place, 'fmt', '--check')
    expect(checked.stdout).toContain('runbooks/untidy.yaml')
    expect(checked.exitCode).toBe(1)
    expect(await readFile(file, 'utf8')).toBe(UNTIDY)
    expect((await runproof(place, 'fmt', 'runbooks/untidy.yaml')).exitCode).toBe(0)
    expect(await readFile(file, 'utf8')).toBe('runbook: untidy\n\ntitle: "A title" # kept\n')
    expect((await runproof(place, 'fmt', '--check', 'runbooks/untidy.yaml')).exitCode).toBe(0)
    await removeWorkplace(place)
  })

  test.each([
    ['a key that stands twice', Buffer.from('runbook:   a\nrunbook:   b\n'), 'RB0002'],
    ['a list without its end', Buffer.from('runbook:   a\nsteps: [\n'), 'RB0001'],
    ['bytes that are no UTF-8', Buffer.from('runbook:   caf\xe9\n', 'latin1'), 'RB0010'],
  ])('leaves a file with %s as it is, to the byte, and says what is wrong with it', async (_what, bytes, code) => {
    const file = join(folder, 'broken.yaml')
    for (const check of [[], ['--check']]) {
      await writeFile(file, bytes)
      const { stdout, exitCode } = await runproof(folder, 'fmt', ...check, 'broken.yaml')
      expect(stdout).toContain(`error[${code}]`)
      expect(exitCode).toBe(1)
      expect(await readFile(file)).toEqual(bytes)
    }
  })

  test('refuses a file that is not there', async () => {
    const { stderr, exitCode } = await runproof(folder, 'fmt', 'nowhere.yaml')
    expect(stderr).toContain('error[RP0006]')
    expect(exitCode).toBe(2)
  })
})

describe('doctor', () => {
  interface Doctored {
    readonly wrong: number
    readonly found: readonly { part: string; state: string; says: string; mend?: string }[]
  }
  const examine = async (place: string): Promise<Doctored & { exitCode: number }> => {
    const { stdout, exitCode } = await runproof(place, 'doctor', '--json')
    return { ...(JSON.parse(stdout) as Doctored), exitCode }
  }

  test('names everything that is wrong, each with the command that mends it, and finds it mended', async () => {
    const place = await makeWorkplace()
    const before = await examine(place)
    expect(before.exitCode).toBe(2)
    const wrong = before.found.filter(({ state }) => state === 'wrong')
    expect(wrong.map(({ part, mend }) => `${part}: ${mend ?? ''}`)).toEqual([
      'keys: runproof keys init',
      'temporal: start it with `runproof up` in this folder',
    ])
    expect((await runproof(place, 'keys', 'init')).exitCode).toBe(0)
    const after = await examine(place)
    expect(after.found.filter(({ state }) => state === 'wrong').map(({ part }) => part)).toEqual(['temporal'])
    await removeWorkplace(place)
  })

  test('tells a wrong configuration, a broken catalogue, a stop in force and a connection that is away', async () => {
    const place = await makeWorkplace()
    await writeFile(join(place, 'runproof.yaml'), 'catalog: x\n')
    const misconfigured = await examine(place)
    expect(misconfigured.found).toMatchObject([
      { part: 'configuration', state: 'wrong', mend: 'did you mean `catalogue`?' },
    ])
    await writeFile(
      join(place, 'runproof.yaml'),
      'connections:\n  platform: { url: "http://127.0.0.1:1", allowPrivate: true, token: { env: NOT_SET_ANYWHERE } }\n  other: { url: "http://127.0.0.1:1", allowPrivate: true }\n',
    )
    await writeFile(join(place, 'runbooks', 'broken.yaml'), 'runbook: broken\n')
    await runproof(place, 'stop', '--reason', 'a drill')
    const { found } = await examine(place)
    const says = (part: string) => found.filter((finding) => finding.part === part).map((finding) => finding.says)
    expect(says('catalogue').join()).toMatch(/has \d+ mistakes?/)
    expect(says('stops').join()).toMatch(/emergency stop stop-\w+ is in force/)
    expect(says('connections').join()).toContain('platform: the environment variable NOT_SET_ANYWHERE holds no secret')
    expect(says('people').filter((said) => said.startsWith('nobody is'))).toHaveLength(1)
    expect(says('connections').join()).toContain('other does not answer at http://127.0.0.1:1')
    await removeWorkplace(place)
  })

  test('as text marks each finding, and says at the end how many things are wrong', async () => {
    const { stdout, exitCode } = await runproof(folder, 'doctor')
    expect(stdout).toMatch(/✓ configuration/)
    expect(stdout).toMatch(/✗ keys .*\n +mend: runproof keys init/)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('2 things are wrong')
    expect(exitCode).toBe(2)
  })
})

test.each(['worker', 'sealer', 'serve'])('%s says where it would find Temporal', async (command) => {
  const { stderr, exitCode } = await runproof(folder, command)
  expect(stderr).toContain('error[RP0103]: nothing runs here')
  expect(exitCode).toBe(2)
})

test('explain tells a code as JSON too, and only one form at a time is printed by check', async () => {
  const { stdout } = await runproof(folder, 'explain', 'RP0309', '--output', 'json')
  expect(JSON.parse(stdout)).toMatchObject({ code: 'RP0309', exit: 2 })
  const { stderr, exitCode } = await runproof(folder, 'check', '--output', 'json', '--junit')
  expect(stderr).toContain('cannot be used with option')
  expect(exitCode).toBe(2)
})
