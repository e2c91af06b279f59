import { randomBytes } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { effectsOf, Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'

/** Ends by itself, with a reason; or goes on with a daemon outside its group, until somebody ends it. */
const COMMANDS = `
  - id: tend-host
    run: [sh, -c, "case $0 in host-bad*) echo broken >&2; exit 3;; esac; setsid sleep 7777 & sleep 600; true", "{{host}}"]
    inputs: { host: host }
    timeout: 15m
    effects: [host.shell]
http: []
`
const AT_THE_END = /\n {2}# goes on for longer[^]*$/

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open({ 'allowlist.yaml': (text) => text.replace(AT_THE_END, COMMANDS) })
  await paths.startProcesses()
})
afterAll(async () => paths?.close())

test('G31: a worker that is killed leaves a command at work, and the next one ends it with its daemon before it says anything', async () => {
  const runId = await tend('host-slow')
  onTestFinished(async () => (await commandsOf(runId)).forEach((pid) => process.kill(pid, 'SIGKILL')))
  await eventually(async () => (await commandsOf(runId)).length === 3, 'a command, its child and its daemon')
  await paths.endWorker('SIGKILL')
  expect(await commandsOf(runId)).toHaveLength(3)
  await paths.startWorker()
  const state = await paths.sealed(runId, 120_000)
  expect(await commandsOf(runId)).toEqual([])
  expect(effectsOf(state)).toEqual(['work effect-unknown'])
  expect(state.outcome).toMatchObject({ as: 'failed-unsafe' })
}, 180_000)

test('G9: the reason of a command that failed stands in the sealed evidence, in the words that the run shows', async () => {
  const runId = await tend('host-bad')
  const state = await paths.sealed(runId, 120_000)
  const words =
    '`sh` ended with exit code 3; the end of its standard error: “broken”; nothing tells whether its effect happened'
  expect(state.outcome?.message).toContain(words)
  const { verification, record } = await openSealed(paths.installation, runId)
  expect(verification.verdict).toBe('verified')
  expect(JSON.stringify(record.entries)).toContain(words)
}, 180_000)

async function tend(host: string): Promise<string> {
  const { runId } = await paths.installation.start('tend', { host: `${host}-${randomBytes(4).toString('hex')}` })
  return runId
}

/** The commands of a run, with all that they have started: they carry its idempotency key. */
async function commandsOf(runId: string): Promise<number[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const variables = await Promise.all(
    names.map(async (name) => readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')),
  )
  const key = `RUNPROOF_IDEMPOTENCY_KEY=${runId}/`
  return names.filter((_name, at) => variables[at]?.split('\0').some((one) => one.startsWith(key))).map(Number)
}
