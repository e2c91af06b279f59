import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunEntry } from '../../schemas/run.ts'
import { eventually } from '../support/eventually.ts'
import { services } from '../support/services.ts'
import { CLI, environment, makeSmallWorkplace, removeWorkplace, runproofIn } from './workplace.ts'
import type { Said } from './workplace.ts'

let folder = ''
let env: NodeJS.ProcessEnv = {}
const processes: ChildProcess[] = []

/** Worker, sealing process and server, each alone, on a Temporal that somebody else runs. */
beforeAll(async () => {
  folder = await makeSmallWorkplace()
  const namespace = `runproof-cli-${randomBytes(4).toString('hex')}`
  env = { ...environment(), TEMPORAL_ADDRESS: services().temporal.address, TEMPORAL_NAMESPACE: namespace }
  await runproof('keys', 'init')
  await ready('worker')
  await Promise.all([ready('sealer'), ready('serve')])
})

afterAll(async () => {
  await Promise.all(processes.filter(({ exitCode }) => exitCode === null).map(async (child) => interrupt(child)))
  await removeWorkplace(folder)
})

const runproof = async (...args: string[]): Promise<Said> => runproofIn(folder, args, env)

async function ready(command: string): Promise<string> {
  const child = spawn('node', [CLI, command], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
  processes.push(child)
  let said = ''
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.includes('is ready')) resolve(said)
  })
  child.once('exit', () => reject(new Error(`${command} ended before it was ready:\n${said}`)))
  return promise
}

async function interrupt(child: ChildProcess): Promise<number | null> {
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  await ended
  return child.exitCode
}

const linesOf = ({ stdout }: Said) => stdout.trimEnd().split('\n')

test('run --detach starts a run and leaves it alone; pause, resume and their reasons are on record', async () => {
  const started = await runproof('run', 'ask-first', '--topic-of-talk', 'the moon', '--detach')
  expect(started.exitCode).toBe(0)
  const [, runId = ''] = /^run (\S+)$/m.exec(started.stdout) ?? []
  expect(started.stderr).toContain(`follow it: runproof watch ${runId}`)
  await eventually(async () => (await runproof('show', runId)).stdout.includes('Go on with the moon?'), 'the question')
  const paused = await runproof('pause', runId, '--reason', 'lunch')
  expect(paused).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${runId} is paused`) as unknown })
  expect((await runproof('runs')).stdout).toMatch(new RegExp(`^${runId} .* paused \\(not sealed\\)$`, 'm'))
  const why = await runproof('why', runId)
  expect(why.stdout).toMatch(/has not ended: paused at `agreed`/)
  expect(why.stdout).toMatch(/paused {4}by \S+@\S+ \(self-asserted\): lunch\n {2}next {6}runproof resume/)
  const again = await runproof('pause', runId, '--reason', 'more lunch')
  expect(again.stderr).toContain('error[RP0309]')
  expect(again.exitCode).toBe(2)
  expect((await runproof('resume', runId, '--reason', 'full')).exitCode).toBe(0)
  const shown = await runproof('show', runId)
  expect(shown.stdout).toMatch(/‖ paused by .*: lunch\n.*▸ resumed by .*: full/)
  expect((await runproof('cancel', runId)).exitCode).toBe(0)
  const watched = await runproof('watch', runId, '--json')
  const entries = linesOf(watched).map((line) => JSON.parse(line) as RunEntry)
  expect(entries.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['admitted', 'asked', 'paused', 'resumed', 'outcome']),
  )
  expect(watched.exitCode).toBe(3)
  expect((await runproof('pause', runId, '--reason', 'too late')).stderr).toContain('error[RP0306]')
}, 120_000)

test('run --json is a stream of lines: which run, every entry once and in order, at the end the outcome', async () => {
  const said = runproof('run', 'ask-first', '--topic-of-talk', 'the sun', '--json')
  const runId = await eventually(async () => {
    const runs = JSON.parse((await runproof('runs', '--output', 'json')).stdout) as { runId: string; state: string }[]
    return runs.find(({ state }) => state === 'running' || state === 'waiting')?.runId
  }, 'the run')
  await eventually(async () => (await runproof('show', runId)).stdout.includes('Go on with'), 'the question')
  await runproof('cancel', runId)
  const { stdout, exitCode } = await said
  const lines = linesOf({ stdout, stderr: '', exitCode }).map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines[0]).toMatchObject({ kind: 'started', runId, merged: false })
  expect(lines.slice(1, -1).map(({ seq }) => seq)).toEqual(lines.slice(1, -1).map((_, at) => at))
  expect(lines.at(-1)).toMatchObject({ kind: 'end', runId, outcome: { as: 'aborted' }, sealed: { gaps: [] } })
  expect(exitCode).toBe(3)
}, 90_000)

test('show, why and runs print canonical JSON, of a live run as of a sealed one', async () => {
  const runs = JSON.parse((await runproof('runs', '--json')).stdout) as { runId: string; sealed: boolean }[]
  const sealed = runs.find((run) => run.sealed)?.runId ?? ''
  const shown = JSON.parse((await runproof('show', sealed, '--output', 'json')).stdout) as object
  expect(shown).toMatchObject({ runId: sealed, phase: 'sealed', steps: [{ id: 'agreed' }] })
  const why = JSON.parse((await runproof('why', sealed, '--json')).stdout) as object
  expect(why).toMatchObject({ runId: sealed, outcome: { as: 'aborted' }, questions: [] })
})

test('G34: plan --diff compares with the Plan of a run', async () => {
  const [{ runId } = { runId: '' }] = JSON.parse((await runproof('runs', '--json')).stdout) as { runId: string }[]
  const { stdout, exitCode } = await runproof('plan', 'ask-first', '--diff', runId)
  expect(stdout).toContain('the same Plan')
  expect(exitCode).toBe(0)
})

test('doctor finds Temporal, a worker and the sealing process', async () => {
  const { stdout } = await runproof('doctor', '--json')
  const { found } = JSON.parse(stdout) as { found: { part: string; state: string; says: string }[] }
  const temporal = found.filter(({ part }) => part === 'temporal')
  expect(temporal.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
  expect(temporal.map(({ says }) => says).join()).toMatch(/1 worker at .*1 sealing process at/)
})

test('doctor tells of a worker that has opened another catalogue than the one that lies here now', async () => {
  const calendar = join(folder, 'runbooks', 'calendar.yaml')
  await writeFile(calendar, 'closed: []\n', { flag: 'wx' })
  const { stdout, exitCode } = await runproof('doctor')
  const started = await runproof('run', 'ask-first', '--topic-of-talk', 'Mars', '--detach')
  await rm(calendar)
  expect(stdout).toMatch(/the worker \d+@\S+ has opened another catalogue than the one here/)
  expect(stdout).toContain('start it again')
  expect(exitCode).toBe(2)
  expect(started.stderr).toMatch(/^note: the worker \d+@\S+ has opened another catalogue than the one here/m)
  expect((await runproof('doctor')).stdout).not.toContain('another catalogue')
})

test('a second worker may run beside the first; Ctrl-C ends one, and only that one', async () => {
  const said = await ready('worker')
  expect(said).toContain('the worker is ready')
  const second = processes.at(-1)
  expect(second === undefined ? undefined : await interrupt(second)).toBe(0)
  expect(processes[0]?.exitCode).toBeNull()
})
