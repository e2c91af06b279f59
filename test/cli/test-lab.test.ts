import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { trialsJson } from '../../engine/cli/view/trials-json.ts'
import type { Scenario } from '../../schemas/scenario.ts'
import { services } from '../support/services.ts'
import { CLI, environment, makeWorkplace, removeWorkplace, runproofIn } from './workplace.ts'

const SCENARIO = 'runbooks/scenarios/rolled-back.yaml'

let folder = ''
let temporary = ''
beforeAll(async () => {
  folder = await makeWorkplace()
  temporary = join(folder, 'tmp')
  await mkdir(temporary)
})
afterAll(async () => removeWorkplace(folder))

/** The servers of this test run, and temporary files of its own. */
function onServers(): NodeJS.ProcessEnv {
  const { temporal, postgres, nats } = services()
  const servers = { RUNPROOF_LAB_POSTGRES: postgres.url, RUNPROOF_LAB_NATS: nats.url }
  return { ...environment(), ...servers, RUNPROOF_LAB_TEMPORAL: temporal.address, TMPDIR: temporary }
}

describe('test --lab', () => {
  test('plays scenarios on the practice platform, shows what came otherwise at its place, and leaves nothing behind', async () => {
    const text = await readFile(join(folder, SCENARIO), 'utf8')
    await writeFile(join(folder, SCENARIO), text.replace('outcome: rolled-back', 'outcome: rollback-denied'))
    const args = ['test', 'bad-deploy', '--filter', 'rolled-back', '--lab']
    const { stdout, stderr, exitCode } = await runproofIn(folder, args, onServers())
    const line = text.split('\n').findIndex((one) => one.includes('outcome: rolled-back')) + 1
    expect(stdout).toContain('bad-deploy, on the practice platform')
    expect(stdout).toMatch(
      /failed {2}rolled-back {2}\d+ ms\n {4}expected {2}rollback-denied\n {4}actual {4}rolled-back /,
    )
    expect(stdout).toContain(`--> ${SCENARIO}:${line}:12`)
    expect(stdout).toMatch(/rollback +done/)
    expect(stdout).toContain('1 of 2 failed: 1 scenario on recorded facts, 1 scenario on the practice platform')
    expect(stderr).toContain('playing rolled-back (1 of 1)')
    expect(exitCode).toBe(1)
    expect(await leftBehind()).toEqual([])
  }, 180_000)

  test('says as JSON what was played, with its place, and what waits', () => {
    const span = { file: SCENARIO, start: 1, end: 2 }
    const scenario = { id: 'rolled-back', runbook: 'bad-deploy', spans: { outcome: span } } as unknown as Scenario
    const differences = [{ at: 'outcome', expected: 'a', actual: 'b' }]
    const told = { facts: [], lab: [{ scenario, differences }], waiting: [scenario] }
    expect(trialsJson(told)).toMatchObject({
      ok: false,
      lab: [
        { id: 'rolled-back', ok: false, differences: [{ at: 'outcome', span }] },
        { id: 'rolled-back', runbook: 'bad-deploy', played: false },
      ],
    })
  })

  test('ends at Ctrl-C with 130, and takes everything down, servers included', async () => {
    const { RUNPROOF_LAB_TEMPORAL: _t, RUNPROOF_LAB_POSTGRES: _p, RUNPROOF_LAB_NATS: _n, ...own } = onServers()
    const child = spawn('node', [CLI, 'test', '--filter', 'rolled-back', '--lab'], { cwd: folder, env: own })
    const playing = new Promise<void>((resolve) =>
      child.stderr.setEncoding('utf8').on('data', (said: string) => said.includes('playing') && resolve()),
    )
    child.stdout.resume()
    await playing
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([130, null])
    expect(await leftBehind()).toEqual([])
  }, 180_000)

  test('without it, they are listed, and how to play them', async () => {
    const { stdout, exitCode } = await runproofIn(folder, ['test', '--filter', 'rolled-back'], environment())
    expect(stdout).toMatch(/on the practice platform, with --lab:\n {2}lab {5}rolled-back {2}bad-deploy\n/)
    expect(exitCode).toBe(0)
  })
})

/** Temporary files, and processes whose place, arguments or variables are there. */
async function leftBehind(): Promise<string[]> {
  const files = await readdir(temporary)
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = await Promise.all(pids.map(async (pid) => ((await isOurs(pid)) ? [`process ${pid}`] : [])))
  return [...files, ...processes.flat()]
}

async function isOurs(pid: string): Promise<boolean> {
  const texts = ['cmdline', 'environ'].map(async (name) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => ''))
  const told = [...(await Promise.all(texts)), await readlink(`/proc/${pid}/cwd`).catch(() => '')]
  return told.some((text) => text.includes(temporary))
}
