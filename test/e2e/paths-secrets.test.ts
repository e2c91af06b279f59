import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRun } from '../../engine/host/runs.ts'
import { runproof } from '../cli/workplace.ts'
import { Paths } from '../support/paths.ts'
import { openSealed } from '../support/sealed.ts'
import { carries, filesBelow } from '../support/traces.ts'

/** What somebody types where only the name of a secret belongs. */
const SECRET = `hunter2-${randomBytes(8).toString('hex')}`

const RUNBOOK = (id: string, steps: string) => `
runbook: ${id}
title: Carry a secret along
source: tests of secrets
owner: mover
goal: service
inputs:
  environment: environment
  token: { type: text, secret: true, default: status-token, text: for the status page }
coalesce: [environment]
doNot: []
facts:
  freeze: platform.promotionFreeze
steps:
${steps}
outcomes:
  looked: { as: deferred }
`
const LOOK = '  - { id: look, read: [freeze] }'
const CALL = `${LOOK}\n  - { id: inner, call: carried, with: { token: "{{inputs.token}}" } }`

let paths: Paths

beforeAll(async () => {
  paths = await Paths.open()
  const { folder } = paths.installation
  await writeFile(join(folder, 'runbooks', 'carried.yaml'), RUNBOOK('carried', LOOK))
  await writeFile(join(folder, 'runbooks', 'carries.yaml'), RUNBOOK('carries', CALL))
  await Promise.all([paths.installation.startWorker(), paths.installation.startSealing()])
})
afterAll(async () => paths?.close())

/** Everything that the installation has written, by place; the server's own file among it. */
async function everythingWritten(...runs: string[]): Promise<Map<string, string>> {
  const { client, folder } = paths.installation
  const texts = new Map([...(await filesBelow(folder)), ['the logs', paths.installation.logged()]])
  for (const run of runs) {
    const history = await (await findRun(client, run)).fetchHistory()
    texts.set(`the history of ${run}`, historyToJSON(history))
  }
  return texts
}

test('G30: a secret that is typed in place of its name starts nothing, and is repeated and kept nowhere', async () => {
  const { folder } = paths.installation
  const { environment } = await paths.ground()
  const typed = ['run', 'carries', '--environment', environment, '--token', SECRET, '--detach']
  const refused = await runproof(folder, ...typed)
  expect(refused.exitCode, JSON.stringify(refused)).toBe(2)
  expect(refused.stderr).toContain('the input `token` cannot be what was given')
  expect(carries(refused.stdout + refused.stderr, SECRET)).toBe(false)
  const texts = await everythingWritten()
  expect([...texts].flatMap(([where, text]) => (carries(text, SECRET) ? [where] : []))).toEqual([])
})

test('G30: an input that is secret goes through a run, and into a called runbook, by its name alone', async () => {
  const { environment } = await paths.ground()
  const { runId } = await paths.installation.start('carries', { environment, token: { secret: 'status-token' } })
  expect((await paths.sealed(runId)).outcome?.name).toBe('looked')
  const { verification, record } = await openSealed(paths.installation, runId)
  expect(verification.verdict).toBe('verified')
  expect(record.admission.admission.inputs['token']).toEqual({ secret: 'status-token' })
  const texts = await everythingWritten(runId)
  const holding = [...texts].flatMap(([where, text]) => (carries(text, 'status-token') ? [where] : []))
  expect(holding).toEqual(expect.arrayContaining([`.runproof/evidence/bundles/${runId}/data/run.json`]))
})

test('G30: an input that is secret can name no run', async () => {
  const { folder } = paths.installation
  const file = join(folder, 'runbooks', 'tells.yaml')
  await writeFile(file, RUNBOOK('tells', LOOK).replace('coalesce: [environment]', 'coalesce: [environment, token]'))
  const checked = await runproof(folder, 'check')
  expect(checked.exitCode, JSON.stringify(checked)).not.toBe(0)
  expect(checked.stderr + checked.stdout).toContain('`token` is a secret: it cannot stand here')
})
