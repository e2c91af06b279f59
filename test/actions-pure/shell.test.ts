import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { contractOf } from '../../actions/contract.ts'
import { Refused, type ActionContext } from '../../actions/define.ts'
import { runProcess } from '../../actions/shell/process.ts'
import { parseInput, parseOutput } from '../../actions/validate.ts'
import type { ShellEntry } from '../../schemas/allowlist.ts'
import { asAction, asReading, contextFor } from './context.ts'

const context = contextFor('none', 'http://127.0.0.1:1')
const patience = () => AbortSignal.timeout(10_000)

test('G19: an entry without effects is a reading, one with effects an action with these effects', () => {
  const effects = { 'host.shell': { host: 'host' } }
  const host = { type: { kind: 'id', of: 'host' } } as const
  const [changes, looks] = definitionsFromAllowlist({
    shell: [entry({ id: 'looks' }), entry({ id: 'changes', inputs: { host }, effects })],
    http: [],
  }).map(contractOf)
  expect(looks).toMatchObject({ kind: 'reading', name: 'shell.looks', authority: 'diagnostic' })
  expect(changes).toMatchObject({ kind: 'action', name: 'shell.changes', effects })
  expect(changes?.input).toEqual({ kind: 'object', fields: { host: host.type } })
})

test.each([
  ['a target without its input', { effects: { 'host.shell': { host: 'host' } } }, 'needs an input `host`'],
  ['an argument without its input', { args: [{ input: 'mount' }] }, '`mount` is no input of the entry'],
  ['a program of the working folder', { program: './tool' }, 'a bare name or an absolute path'],
  [
    'a list as an input',
    { inputs: { a: { type: { kind: 'list', item: { kind: 'text' } } } } },
    'cannot be of type list',
  ],
] satisfies [string, Partial<ShellEntry>, string][])('G19: an entry with %s does not load', (_what, wrong, message) => {
  expect(() => definitionsFromAllowlist({ shell: [entry(wrong)], http: [] })).toThrow(message)
})

test('G33: an input is one whole argument, whatever it holds', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1 }).filter((text) => !/^-|\0/.test(text)),
      async (text) => {
        const { value } = await read(
          { program: 'printf', args: ['%s|', { input: 'text' }, 'end'], inputs: anyText },
          { text },
        )
        expect(value['stdout']).toBe(`${text}|end|`)
      },
    ),
    { numRuns: 30 },
  )
})

test('G31: an argument that begins with `-` is refused, unless the pattern says so', async () => {
  const refused = read({ program: 'echo', args: [{ input: 'text' }], inputs: anyText }, { text: '-rf' })
  await expect(refused).rejects.toThrow('begins with `-`, and its pattern does not say that it may')
  const inputs = { text: { ...anyText.text, pattern: '-[nf]' } }
  const { value } = await read({ program: 'printf', args: ['%s', '--', { input: 'text' }], inputs }, { text: '-f' })
  expect(value['stdout']).toContain('-f')
})

test('G19: an input that does not match the whole of its pattern is no input', () => {
  const inputs = { mount: { type: { kind: 'text' }, pattern: '/[a-z/]*' } } as const
  const [definition] = definitionsFromAllowlist({ shell: [entry({ args: [{ input: 'mount' }], inputs })], http: [] })
  for (const mount of ['/var; rm', 'x/var', '/var\n', '/Var'])
    expect(() => parseInput(asReading(definition), { mount })).toThrow('`mount`: expected text that matches /[a-z/]*')
  expect(parseInput(asReading(definition), { mount: '/var/log' })).toEqual({ mount: '/var/log' })
})

test('G31: a process sees named variables only, and an empty folder of its own that is gone afterwards', async () => {
  process.env['RUNPROOF_TEST_SECRET'] = 'secret'
  const { value } = await read({
    program: 'sh',
    args: ['-c', 'env; echo "files=$(ls -A | wc -l)"; pwd'],
    env: { A: '1' },
  })
  delete process.env['RUNPROOF_TEST_SECRET']
  const lines = String(value['stdout']).trim().split('\n')
  const names = lines.filter((line) => line.includes('=')).map((line) => line.split('=')[0])
  expect(names.sort()).toEqual(
    ['A', 'LC_ALL', 'PATH', 'PWD', 'RUNPROOF_PROCESS', 'files'].filter((name) => names.includes(name)),
  )
  expect(lines).toContain('files=0')
  expect(lines.join()).not.toContain('secret')
  const folder = lines.at(-1) ?? ''
  expect(folder).toMatch(/^\/.*runproof-/)
  expect(existsSync(folder)).toBe(false)
})

test('G31: output beyond the cap is dropped, and said to be', async () => {
  const { value } = await read({ program: 'head', args: ['-c', '1000000', '/dev/zero'] })
  expect(value).toMatchObject({ exitCode: 0, truncated: true })
  expect(String(value['stdout']).length).toBe(64 * 1024)
})

test('the exit code of a reading is a value; a program that is not there is unknown', async () => {
  expect((await read({ program: 'sh', args: ['-c', 'exit 3'] })).value).toMatchObject({ exitCode: 3 })
  await expect(read({ program: 'no-such-program' })).rejects.toMatchObject({ name: 'Unknown', reason: 'error' })
})

test('a declared output is read as JSON and validated; what is none is unknown', async () => {
  const output = { kind: 'object', fields: { free: { kind: 'count' } } } as const
  const typed = (text: string, code = 0) =>
    read({ program: 'sh', args: ['-c', `printf '${text}'; exit ${code}`], output })
  expect((await typed('{"free": 3}')).value).toEqual({ free: 3 })
  const wrong = [typed('free: 3'), typed('null'), typed('[]'), typed('{"free": 3}', 1)]
  for (const { status, reason } of await Promise.allSettled(wrong).then((all) => all as PromiseRejectedResult[]))
    expect({ status, reason: (reason as { reason: string }).reason }).toEqual({ status: 'rejected', reason: 'invalid' })
  const [definition] = definitionsFromAllowlist({ shell: [entry({ output })], http: [] })
  expect(() => parseOutput(asReading(definition), { free: 'three' })).toThrow('`free`: expected number')
})

test('G12: a list that was printed is whole only where its object says so in a field that was declared', async () => {
  const items = { kind: 'list', item: { kind: 'object', fields: { n: { kind: 'count' } } } } as const
  const complete = { kind: 'bool' } as const
  const printed = async (text: string, fields: NonNullable<ShellEntry['output']>['fields']) =>
    (await read({ program: 'printf', args: [text], output: { kind: 'object', fields } })).complete
  expect(await printed('{"items":[],"complete":true}', { items, complete })).toBe(true)
  expect(await printed('{"items":[],"complete":false}', { items, complete })).toBe(false)
  expect(await printed('{"items":[],"complete":"yes"}', { items, complete })).toBe(false)
  expect(await printed('{"items":[],"complete":true}', { items })).toBeUndefined()
})

test('an action that ended badly leaves its effect open; one that could not start has none', async () => {
  const effects = { 'host.shell': {} }
  const [failed, absent] = definitionsFromAllowlist({
    shell: [entry({ id: 'a', program: 'false', effects }), entry({ id: 'b', program: 'no-such-program', effects })],
    http: [],
  }).map(asAction)
  await expect(failed?.perform({}, context)).rejects.toThrow('`false` ended with exit code 1')
  await expect(failed?.perform({}, context)).rejects.not.toBeInstanceOf(Refused)
  await expect(absent?.perform({}, context)).rejects.toBeInstanceOf(Refused)
  expect(await failed?.settle({}, context)).toMatchObject({ state: 'unknown' })
})

test('an action hands over its idempotency key as a variable', async () => {
  const one = entry({
    program: 'sh',
    args: ['-c', 'printf %s "$RUNPROOF_IDEMPOTENCY_KEY"'],
    effects: { 'host.shell': {} },
  })
  const [definition] = definitionsFromAllowlist({ shell: [one], http: [] })
  expect(await asAction(definition).perform({}, context)).toMatchObject({ stdout: 'run-1/step/0' })
})

test('a cancelled process is killed with its children, also when they ignore the polite signal', async () => {
  const script = 'trap "" TERM; (trap "" TERM; sleep 300) & echo $$; while :; do sleep 1; done'
  const started = performance.now()
  const env = { MARK: randomUUID() }
  const run = runProcess({ program: 'sh', args: ['-c', script], env }, AbortSignal.timeout(300))
  await vi.waitFor(() => expect(carriers(env.MARK).length).toBeGreaterThan(1))
  await expect(run).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(performance.now() - started).toBeLessThan(5000)
  await vi.waitFor(() => expect(carriers(env.MARK)).toEqual([]))
})

test('a child that its parent left behind is killed when the parent ends', async () => {
  const started = performance.now()
  const env = { MARK: randomUUID() }
  const run = await runProcess({ program: 'sh', args: ['-c', 'sleep 300 & echo started'], env }, patience())
  expect(run).toMatchObject({ exitCode: 0, stdout: 'started\n' })
  expect(performance.now() - started).toBeLessThan(5000)
  await vi.waitFor(() => expect(carriers(env.MARK)).toEqual([]))
})

test('a process that leaves its group and keeps the pipe open does not hold the step', async () => {
  const started = performance.now()
  const script = 'setsid sleep 3 & sleep 0.2; echo done'
  expect(await runProcess({ program: 'sh', args: ['-c', script], env: {} }, patience())).toMatchObject({
    stdout: 'done\n',
  })
  expect(performance.now() - started).toBeLessThan(2500)
})

test('a signal that aborted before starts nothing', async () => {
  const marker = `/tmp/runproof-never-${process.pid}`
  const run = runProcess({ program: 'touch', args: [marker], env: {} }, AbortSignal.abort(new Error('too late')))
  await expect(run).rejects.toThrow('too late')
  expect(existsSync(marker)).toBe(false)
})

// Only root may start a process as another user: for anybody else there is nothing to see.
test.skipIf(process.getuid?.() !== 0)("G31: a process runs as the entry's user, who owns the folder", async () => {
  const script = 'id -u; id -g; touch mine && echo written'
  const user = { uid: 65534, gid: 65534 }
  const run = await runProcess({ program: 'sh', args: ['-c', script], env: {}, user }, patience())
  expect(run.stdout).toBe('65534\n65534\nwritten\n')
})

const anyText = { text: { type: { kind: 'text' } } } as const

/** The processes that live with this variable. */
function carriers(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environOf(pid).includes(mark))
}

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return ''
  }
}

function entry(more: Partial<ShellEntry>): ShellEntry {
  return { id: 'entry', program: 'true', args: [], inputs: {}, timeoutMs: 5000, effects: {}, ...more }
}

async function read(more: Partial<ShellEntry>, input: Record<string, string> = {}, given: ActionContext = context) {
  const [definition] = definitionsFromAllowlist({ shell: [entry(more)], http: [] })
  const reading = asReading(definition)
  return reading.read(parseInput(reading, input), { ...given, idempotencyKey: '' })
}
