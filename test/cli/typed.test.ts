import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureOf } from '../../engine/cli/failure.ts'
import { programOf } from '../../engine/cli/program.ts'
import { systemFailure } from '../../engine/cli/system-failure.ts'
import { echoed, echoedPath } from '../../engine/host/echo.ts'
import { CLI, environment, makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

const before = process.cwd()
let folder = ''
beforeAll(async () => {
  folder = await makeSmallWorkplace()
  await writeFile(join(folder, 'facts.json'), '{}')
  process.chdir(folder)
})
afterAll(async () => {
  process.chdir(before)
  await removeWorkplace(folder)
})

/** What a command line is answered with that is refused; in this process, since there are many. */
async function refusal(args: readonly string[]): Promise<ReturnType<typeof failureOf>> {
  const done = await programOf(args).catch((error: unknown) => failureOf(error))
  if (typeof done === 'number') throw new Error(`it is not refused: ${done}`)
  return done
}

async function stopsOf(): Promise<string[]> {
  const stops = join(folder, '.runproof', 'stops')
  return existsSync(stops) ? readdir(stops) : []
}

describe('an option that is given twice', () => {
  test.each([
    ['RP0003', '`--topic-of-talk`', ['run', 'ask-first', '--topic-of-talk', 'a', '--topic-of-talk', 'b']],
    ['RP0003', '`--topic-of-talk`', ['run', 'ask-first', '--topic-of-talk=a', '--topic-of-talk=a']],
    ['RP0003', '`--rounds`', ['plan', 'ask-first', '--topic-of-talk', 'a', '--rounds', '1', '--rounds', '2']],
    ['RP0003', '`--reason`', ['run', 'ask-first', '--topic-of-talk', 'a', '--reason', 'b', '--reason', 'c']],
    ['RP0002', '`--run`', ['stop', '--run', 'a', '--run', 'b', '--reason', 'c']],
    ['RP0002', '`--output`', ['runs', '--output', 'json', '--output', 'text']],
    ['RP0002', '`--folder`', ['--folder', '.', 'check', '--folder', '.']],
    ['RP0002', '`--folder`', ['--folder', '.', 'run', 'ask-first', '--folder', '.']],
    ['RP0002', '`--trust`', ['evidence', 'verify', 'a', '--trust', 'b', '--trust', 'c']],
  ])('is refused with %s, since only one of the two would count: %s', async (code, name, args) => {
    expect(await refusal(args)).toEqual({
      code,
      message: expect.stringMatching(new RegExp(`^${name} is given (twice|before)`)) as string,
      hint: `give ${name} once`,
      exit: 2,
    })
    expect(await stopsOf()).toEqual([])
  })

  test('is none where each value counts, or where it takes none', async () => {
    expect(await programOf(['schema', '--debug', '--debug'])).toBe(0)
    const types = ['--types', 'facts.json', '--types', 'second.json']
    const { message } = await refusal(['eval', 'true', '--facts', 'facts.json', ...types])
    expect(message).toMatch(/facts\.json cannot be used: .*kind/)
  })
})

describe('what is empty', () => {
  test.each([
    [['stop', '--run', '', '--reason', 'x'], '`--run` is given with nothing behind it\nhint: write it so: --run <id>'],
    [['stop', '--environment', '', '--reason', 'x'], '`--environment` is given with nothing behind it'],
    [['stop', '--reason', '  '], '`--reason` is given with nothing behind it\nhint: write it so: --reason <text>'],
    [['check', '--folder='], '`--folder` is given with nothing behind it'],
    [['run', 'ask-first', '--topic-of-talk', 'a', '--reason', ''], '`--reason` is given with nothing behind it'],
    [['check', ''], '`<paths>` is given with nothing in it'],
    [['evidence', 'verify', ''], '`<bundle-or-run>` is given with nothing in it'],
    [['run', ''], '`<runbook>` is given with nothing in it'],
  ])('is refused, as a variable that was not set: %j', async (args, says) => {
    const { message, hint, exit } = await refusal(args)
    expect(`${message}\nhint: ${hint}`).toContain(says)
    expect(exit).toBe(2)
    expect(await stopsOf()).toEqual([])
  })
})

const HOSTILE = `x\u001b[31m\u001b]0;title\u0007\nerror[RP9999]: forged\r\u202e\u2028\`${'A'.repeat(100_000)}`

describe('what was typed, and is wrong', () => {
  test.each([
    [[HOSTILE]],
    [[`--${HOSTILE}`]],
    [['check', `--${HOSTILE}`]],
    [['check', HOSTILE]],
    [['--folder', HOSTILE, 'check']],
    [['fmt', HOSTILE]],
    [['init', HOSTILE]],
    [['plan', HOSTILE]],
    [['plan', 'ask-first', HOSTILE]],
    [['plan', 'ask-first', '--diff', HOSTILE]],
    [['plan', 'ask-first', '--diff', `sha256:${HOSTILE}`]],
    [['plan', 'ask-first', '--topic-of-talk', 'a', '--rounds', HOSTILE]],
    [['run', 'ask-first', `--${HOSTILE}`]],
    [['prove', HOSTILE]],
    [['test', '--filter', HOSTILE]],
    [['schema', HOSTILE]],
    [['explain', HOSTILE]],
    [['completion', HOSTILE]],
    [['eval', 'true', '--facts', HOSTILE]],
    [['alerts', 'explain', HOSTILE]],
    [['alerts', HOSTILE]],
    [['runs', '--limit', HOSTILE]],
    [['runs', '--output', HOSTILE]],
    [['release', HOSTILE, '--reason', 'x']],
    [['stop', '--run', HOSTILE, '--reason', 'x']],
    [['stop', '--effect', HOSTILE, '--reason', 'x']],
    [['evidence', 'verify', HOSTILE]],
    ...['show', 'why', 'watch', 'cancel', 'approve', 'reject'].map((command) => [[command, HOSTILE]]),
    [['pause', HOSTILE, '--reason', 'x']],
  ])('is shortened, on one line, and does not steer the terminal: %#', async (args) => {
    const { code, message, hint = '', exit } = await refusal(args)
    expect(code).not.toBe('RP0901')
    expect(`${message}${hint}`.length).toBeLessThan(1_200)
    expect(`${message}${hint}`).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/)
    expect([2, 3, 4]).toContain(exit)
  })

  test('is shown without what steers the terminal, wherever it comes from', async () => {
    const { stderr } = await runproof(folder, 'keys', 'init', '--signer', 'x\u001b[2J\u001b]0;title\u0007')
    expect(stderr).toMatch(/^error\[RP0312\]: `x·\[2J·\]0;title·` names no key\nhint: /)
  })

  test('keeps its beginning, or of a path its end, and no half of a character', () => {
    expect(echoed('abc')).toBe('abc')
    expect(echoed(`${'a'.repeat(59)}😀b`)).toMatch(/^a{59}\ufffd…$/)
    expect(echoed('a\ud800b`c\n')).toBe('a?b?c?')
    expect(echoedPath(`/${'a'.repeat(400)}/end.yaml`)).toMatch(/^…a{291}\/end\.yaml$/)
  })

  test('of a stop that is in force no more is shown: its reason was typed by somebody else', async () => {
    await runproof(folder, 'stop', '--environment', 'x\u001b[2Jy', '--reason', HOSTILE)
    const { stderr, exitCode } = await runproof(folder, 'release', 'stop-0', '--reason', 'x')
    expect(stderr).toMatch(/^hint: in force: stop-[0-9a-f]{8}, environment x·\[2Jy \(.*: x\?\[31m/m)
    expect(stderr.length).toBeLessThan(600)
    expect(exitCode).toBe(2)
    await rm(join(folder, '.runproof', 'stops'), { recursive: true })
  })

  test('names the runbook whose help tells what is right', async () => {
    const unknown = await runproof(folder, 'run', 'ask-first', '--zzzzzzzz', 'x')
    expect(unknown.stderr).toBe('error[RP0002]: unknown option `--zzzzzzzz`\nhint: runproof run ask-first --help\n')
    const alone = await runproof(folder, 'plan', 'ask-first', 'talk')
    expect(alone.stderr).toBe(
      'error[RP0003]: `talk` is no option: inputs are given by their names\n' +
        'hint: runproof plan ask-first --topic-of-talk <topicOfTalk>\n',
    )
  })
})

describe('the system', () => {
  test('that refuses a file is no bug of Runproof', async () => {
    await mkdir(join(folder, 'taken'))
    await writeFile(join(folder, 'taken', '.runproof'), '')
    const { stderr, exitCode } = await runproof(folder, 'keys', 'init', '--folder', 'taken')
    expect(stderr).toMatch(/^error\[RP0109\]: .*\/taken\/\.runproof cannot be used: .* \(E[A-Z]+, \w+\)\nhint: /)
    expect(exitCode).toBe(2)
  })

  test.each([
    ['ENOSPC', 'write', 'free some space there'],
    ['EROFS', 'open', 'let this user make and write files there'],
    ['ENOENT', 'mkdir', 'let this user make and write files there'],
    ['EISDIR', 'read', 'look at what lies there'],
  ])('is told with what mends it: %s at %s', (code, syscall, hint) => {
    const error = Object.assign(new Error(`${code}: words of the system, ${syscall}`), { code, syscall, path: '/a/b' })
    expect(systemFailure(error)).toMatchObject({
      code: 'RP0109',
      message: `/a/b cannot be used: words of the system (${code}, ${syscall})`,
      hint: expect.stringContaining(hint) as string,
    })
    expect(systemFailure(Object.assign(new Error('x'), { code: 'ECONNREFUSED', syscall: 'connect' }))).toBeUndefined()
  })

  test('that keeps a stop from being read is told, since everything is denied until then', async () => {
    const place = await makeSmallWorkplace()
    await mkdir(join(place, '.runproof', 'stops'), { recursive: true })
    await writeFile(join(place, '.runproof', 'stops', 'stop-1.json'), '{')
    const { stderr, exitCode } = await runproof(place, 'release', 'stop-1', '--reason', 'x')
    expect(stderr).toContain('error[RP0315]: an emergency stop in ')
    expect(exitCode).toBe(2)
    expect((await runproof(place, 'doctor')).stdout).toMatch(/✗ stops +an emergency stop in .* cannot be read/)
    expect((await runproof(place, 'stop', '--reason', 'x')).exitCode).toBe(0)
    await removeWorkplace(place)
  })

  test.each(['', '{', 'null', '{}', '{"temporal":5,"namespace":"default"}'])(
    'that lost its power may have left half of what `up` wrote: %s',
    async (text) => {
      const place = await makeSmallWorkplace()
      await mkdir(join(place, '.runproof'))
      await writeFile(join(place, '.runproof', 'endpoints.json'), text)
      const { stderr, exitCode } = await runproof(place, 'show', 'some-run')
      expect(stderr).toMatch(/^error\[RP0103\]: nobody can tell where it runs here: .*endpoints\.json cannot be read/)
      expect(exitCode).toBe(2)
      const { stdout } = await runproof(place, 'runs')
      expect(stdout).toBe('no run is sealed here\n')
      await removeWorkplace(place)
    },
  )
})

describe('a result that nobody can read', () => {
  const said = async (redirected: string, ...args: readonly string[]) => {
    const command = `node "$0" "$@" ${redirected}; echo "exit $?" >&2`
    const options = { cwd: folder, env: environment(), extendEnv: false, reject: false } as const
    return (await execa('bash', ['-c', command, CLI, ...args], options)).stderr
  }

  test('is told where the disk is full, and what was asked for is done', async () => {
    expect(await said('>/dev/full', 'stop', '--reason', 'drill')).toBe(
      'error[RP0109]: what was asked for was done, and the result cannot be written (ENOSPC)\n' +
        'hint: free some space there, then say it again\nexit 2',
    )
    expect(await stopsOf()).toHaveLength(1)
    await rm(join(folder, '.runproof', 'stops'), { recursive: true })
  })

  test('does not change how a command ends', async () => {
    expect(await said('2>/dev/full', 'plan', 'nope')).toBe('exit 2')
    expect(await said('>/dev/full', 'plan', 'nope')).toMatch(/^error\[RP0004\].*\n.*\nexit 2$/)
    const wrong = `${folder}/runbooks/wrong.yaml`
    await writeFile(wrong, '{')
    expect(await said('| true; exit "${PIPESTATUS[0]}"', 'check')).toBe('')
    const { exitCode } = await execa('bash', ['-c', 'node "$0" check | true; exit "${PIPESTATUS[0]}"', CLI], {
      cwd: folder,
      reject: false,
    })
    await rm(wrong)
    expect(exitCode).toBe(1)
  })
})

test('fmt leaves a file whole where it cannot write the new one, and keeps a link a link', async () => {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'runproof-fmt-')))
  const text = `a:   1\nb: [${'x, '.repeat(300)}x]\n`
  await writeFile(join(place, 'real.yaml'), text, { mode: 0o640 })
  await symlink('real.yaml', join(place, 'link.yaml'))
  const limited = 'ulimit -f 0; trap "" XFSZ; node "$0" fmt link.yaml'
  const { stderr, exitCode } = await execa('bash', ['-c', limited, CLI], { cwd: place, reject: false })
  expect(stderr).toMatch(/^error\[RP0109\]: .* \(EFBIG, write\)\nhint: /)
  expect(exitCode).toBe(2)
  expect(await readFile(join(place, 'real.yaml'), 'utf8')).toBe(text)
  expect((await runproof(place, 'fmt', 'link.yaml')).exitCode).toBe(0)
  expect(await readFile(join(place, 'real.yaml'), 'utf8')).not.toBe(text)
  expect((await stat(join(place, 'real.yaml'))).mode & 0o777).toBe(0o640)
  expect((await readdir(place)).sort()).toEqual(['link.yaml', 'real.yaml'])
  await rm(place, { recursive: true })
})
