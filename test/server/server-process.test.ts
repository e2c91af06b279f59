import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alertOf, messageOf } from '../support/alerts.ts'
import { Bench } from './fixture.ts'
import { services } from '../support/services.ts'

const SERVER = fileURLToPath(new URL('../../engine/server/server-process.ts', import.meta.url))

/** What the shipped actions can do. */
const EFFECTS = fileURLToPath(new URL('../../runbooks/effects.yaml', import.meta.url))
const POLICY = `
values:
  conflictRounds: { is: 3, unit: count, source: test }
  unknownFor: { is: 1s, source: test }
  patience: { is: 1h, source: test }
roles:
  on-call: { text: answers }
`
const RUNBOOK = `
runbook: heed
title: Heed an alert
source: test
owner: on-call
goal: service
inputs: { cluster: text }
triggers:
  - { alert: [Heeded], map: { cluster: labels.cluster }, mode: act }
coalesce: [cluster]
doNot: []
facts: {}
steps:
  - id: consent
    approve: Go on?
    who: on-call
    within: policy.patience
outcomes:
  heard: { as: escalated, tell: [on-call] }
`

let bench: Bench
const children: ChildProcess[] = []

beforeAll(async () => {
  bench = await Bench.open()
  const catalogue = join(bench.folder, 'runbooks')
  await mkdir(catalogue)
  await copyFile(EFFECTS, join(catalogue, 'effects.yaml'))
  await writeFile(join(catalogue, 'policy.yaml'), POLICY)
  await writeFile(join(catalogue, 'heed.yaml'), RUNBOOK)
})

afterAll(async () => {
  await Promise.all(children.map(stopped))
  await bench.stop()
})

/** A server process of the installation, and what it said. */
async function start(): Promise<{ child: ChildProcess; ready: unknown; said: () => string }> {
  const where = ['--address', services().temporal.address, '--namespace', bench.client.options.namespace]
  const child = fork(SERVER, where, { cwd: bench.folder, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  children.push(child)
  const lines: string[] = []
  child.stderr?.setEncoding('utf8').on('data', (text: string) => lines.push(text))
  const [ready] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])])) as [
    unknown,
  ]
  return { child, ready, said: () => lines.join('') }
}

async function stopped(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const exit = once(child, 'exit') as Promise<[number | null]>
  child.kill('SIGTERM')
  return (await exit)[0]
}

test('two server processes of one installation share a token and make one run of two copies; each stops when it is asked to', async () => {
  const [one, other] = await Promise.all([start(), start()])
  const urls = [one, other].map(({ ready, said }) => {
    expect(ready, said()).toEqual({ ready: true, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string })
    return (ready as { url: string }).url
  })
  const tokenFile = join(bench.folder, '.runproof', 'webhook-token')
  expect((await stat(tokenFile)).mode & 0o777).toBe(0o600)
  const token = (await readFile(tokenFile, 'utf8')).trim()
  const message = JSON.stringify(messageOf([alertOf({ alertname: 'Heeded', cluster: 'two' })]))
  const copies = Array.from({ length: 10 }, async (_, index) => {
    const headers = { authorization: `Bearer ${token}` }
    const response = await fetch(`${urls[index % 2]}/v1/alerts`, { method: 'POST', body: message, headers })
    return { status: response.status, body: (await response.json()) as { alerts: { result: string; runId: string }[] } }
  })
  const answers = await Promise.all(copies)
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 200))
  expect(answers.filter(({ body }) => body.alerts[0]?.result === 'started')).toHaveLength(1)
  expect(await bench.runsOf('heed')).toEqual([...new Set(answers.map(({ body }) => body.alerts[0]?.runId))])
  expect(await Promise.all([stopped(one.child), stopped(other.child)])).toEqual([0, 0])
  expect(one.said() + other.said()).not.toContain(token)
})

test('a catalogue with a mistake keeps the server from starting, with a sentence and without a stack', async () => {
  await writeFile(join(bench.folder, 'runbooks', 'broken.yaml'), 'runbook: broken\n')
  const { child, ready, said } = await start()
  expect(ready).toBeUndefined()
  expect(child.exitCode).toBe(1)
  expect(said()).toContain('the catalogue has')
  expect(said()).toContain('runproof check')
  expect(said()).not.toMatch(/^\s+at /m)
})
