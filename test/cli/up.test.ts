import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { interrupt, leftOf, processesOf, startUp } from './installation.ts'
import type { Up } from './installation.ts'
import { CLI, environment, makeSmallWorkplace, removeWorkplace, runproof } from './workplace.ts'

let folder = ''
let address = ''
let up: Up

beforeAll(async () => {
  folder = await makeSmallWorkplace()
  await runproof(folder, 'keys', 'init')
  up = await startUp(folder)
  address = await temporalOf(folder)
})

afterAll(async () => {
  if (up.process.exitCode === null) await interrupt(up)
  await removeWorkplace(folder)
})

async function temporalOf(place: string): Promise<string> {
  const text = await readFile(join(place, '.runproof', 'endpoints.json'), 'utf8')
  return (JSON.parse(text) as { temporal: string }).temporal
}

interface Listed {
  readonly runId: string
  readonly state: string
}

async function runsNow(): Promise<Listed[]> {
  return JSON.parse((await runproof(folder, 'runs', '--json')).stdout) as Listed[]
}

test('a second up in the same folder is refused, and the first one goes on', async () => {
  const { stderr, exitCode } = await runproof(folder, 'up')
  expect(stderr).toContain(`error[RP0108]: Runproof runs in this folder already, as process ${up.pid}`)
  expect(exitCode).toBe(2)
  expect((await runproof(folder, 'runs')).exitCode).toBe(0)
})

test('state is for its owner alone', async () => {
  expect((await stat(join(folder, '.runproof'))).mode & 0o777).toBe(0o700)
  expect((await stat(join(folder, '.runproof', 'endpoints.json'))).mode & 0o777).toBe(0o600)
})

test('a run whose platform cannot be reached is refused, listed, explained and verified', async () => {
  const run = await runproof(folder, 'run', 'ask-about-an-app', '--environment', 'production', '--app', 'shop')
  expect(run.stdout).toMatch(
    /^run ask-about-an-app-\S+\n {2}✗ refused: cannot confirm that environment .production. exists/,
  )
  expect(run.exitCode).toBe(5)
  const [refused] = await runsNow()
  expect(refused).toMatchObject({ runbook: 'ask-about-an-app', state: 'refused', sealed: true })
  const runId = refused?.runId ?? ''
  const why = await runproof(folder, 'why', runId)
  expect(why.stdout).toMatch(
    /ended refused: .*\n {2}denied {4}by the facts \(unknown denies\)\n {2}next {6}see what keeps the platform from being asked: runproof doctor/,
  )
  const unknown = await runproof(folder, 'evidence', 'verify', runId)
  expect(unknown).toMatchObject({
    exitCode: 4,
    stdout: expect.stringContaining('signature valid, signer unknown') as unknown,
  })
  const trusted = await runproof(folder, 'evidence', 'verify', runId, '--trust', join('.runproof', 'trust'))
  expect(trusted).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^log: none .*$/m) as unknown })
  expect(trusted.stdout.trimEnd().split('\n').at(-1)).toBe('verdict verified')
}, 90_000)

test('a run that waits is shown with the commands that answer it; an approval by its requester does not count, a rejection does', async () => {
  const run = runproof(folder, 'run', 'ask-first', '--topic-of-talk', 'the weather', '--reason', 'to see')
  const waiting = await eventually(
    async () => (await runsNow()).find(({ state }) => state === 'waiting'),
    'a run that waits',
  )
  expect((await runproof(folder, 'runs')).stdout).toMatch(
    new RegExp(`^${waiting.runId} .* waiting \\(not sealed\\)$`, 'm'),
  )
  const show = await eventually(async () => {
    const said = await runproof(folder, 'show', waiting.runId)
    return said.stdout.includes('Go on with the weather?') && said
  }, 'the question')
  expect(show.stdout).toContain(`runproof approve ${waiting.runId}`)
  expect(show.stdout).toMatch(/asked by {2}\S+@\S+ \(self-asserted\): to see/)
  const approved = await runproof(folder, 'approve', waiting.runId)
  expect(approved).toMatchObject({
    exitCode: 5,
    stdout: expect.stringMatching(/does not count: .* asked for this run, and does not count/) as unknown,
  })
  const rejected = await runproof(folder, 'reject', waiting.runId, '--reason', 'not today')
  expect(rejected).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('rejected: the vote counts') as unknown,
  })
  const ended = await run
  expect(ended.stdout).toMatch(/✗ agreed {2}denied .*rejected by .*: not today/)
  expect(ended.stdout).toMatch(/^aborted after .* s: stopped at `agreed` \(denied\)/m)
  expect(ended.exitCode).toBe(3)
  expect((await runproof(folder, 'cancel', waiting.runId)).stderr).toContain('error[RP0306]')
})

test('an emergency stop has an id, and is released once, with a reason', async () => {
  const made = await runproof(folder, 'stop', '--environment', 'production', '--reason', 'a flood')
  const [id = ''] = /stop-\w+/.exec(made.stdout) ?? []
  expect(made.stdout).toBe(
    `${id}: no effect from now on, environment production; readings go on\nrelease it: runproof release ${id} --reason "…"\n`,
  )
  expect((await runproof(folder, 'release', id, '--reason', 'dry again')).exitCode).toBe(0)
  expect((await runproof(folder, 'release', id, '--reason', 'twice')).stderr).toContain('error[RP0303]')
})

test('a worker that dies is started again, and said so', async () => {
  const workers = async () => (await processesOf(folder, address)).filter((line) => line.includes('worker-process.ts'))
  const [worker] = await workers()
  expect(worker).toMatch(/^\d+ /)
  process.kill(Number(worker?.split(' ')[0]), 'SIGKILL')
  const told = 'the worker has ended (SIGKILL); starting it again in 1 s'
  await eventually(async () => up.said().includes(told), 'word of it')
  await eventually(async () => (await workers()).some((line) => line !== worker), 'another worker')
})

test('up after a kill -9 takes over the lock, comes back at the same address, and finds its runs again', async () => {
  const started = runproof(folder, 'run', 'ask-first', '--topic-of-talk', 'the night')
  const waiting = await eventually(
    async () => (await runsNow()).find(({ state }) => state === 'waiting'),
    'a run that waits',
  )
  expect((await runproof(folder, 'runs')).stdout).toMatch(
    new RegExp(`^${waiting.runId} .* waiting \\(not sealed\\)$`, 'm'),
  )
  const few = (await runproof(folder, 'runs', '--limit', '1')).stdout.split('\n')
  expect(few.slice(1, 3)).toEqual([
    expect.stringMatching(new RegExp(`^${waiting.runId} `)),
    expect.stringMatching(/ aborted$/),
  ])
  expect(few.slice(3)).toEqual(['more runs have ended than these 1: runproof runs --limit 10', ''])
  process.kill(up.pid, 'SIGKILL')
  await once(up.process, 'exit')
  expect(await leftOf(folder, address, 15_000)).toEqual([])
  up = await startUp(folder)
  expect(await temporalOf(folder)).toBe(address)
  expect(await runsNow()).toContainEqual(expect.objectContaining({ runId: waiting.runId, state: 'waiting' }))
  expect((await runproof(folder, 'cancel', waiting.runId)).exitCode).toBe(0)
  const ended = await started
  expect(ended.stdout).toMatch(/^aborted/m)
  expect(ended.exitCode).toBe(3)
}, 90_000)

test('Ctrl-C ends everything in order, and leaves no process, lock or address behind', async () => {
  expect(await processesOf(folder, address)).not.toEqual([])
  expect(await interrupt(up)).toBe(0)
  expect(await leftOf(folder, address, 3_000)).toEqual([])
  expect(existsSync(join(folder, '.runproof', 'lock'))).toBe(false)
  expect((await runproof(folder, 'run', 'ask-first', '--topic-of-talk', 'x')).stderr).toContain('error[RP0103]')
  expect(await runsNow()).toHaveLength(3)
})

test('Ctrl-C while it starts leaves nothing behind either', async () => {
  const starting = spawn('node', [CLI, 'up'], { cwd: folder, env: environment(), stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  starting.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  await eventually(async () => said.includes('starting the worker'), 'the worker')
  const ended = once(starting, 'exit')
  starting.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  expect(await leftOf(folder, address, 5_000)).toEqual([])
  expect(existsSync(join(folder, '.runproof', 'lock'))).toBe(false)
})
