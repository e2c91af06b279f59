import { randomBytes } from 'node:crypto'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { startNats, startPostgres } from '../../engine/services/index.ts'
import { startLab } from '../start-lab.ts'
import type { Lab } from '../start-lab.ts'
import type { Cleanup } from './cleanup.ts'
import { endOf, Runproof } from './runproof.ts'
import { headline, say } from './words.ts'

/** Everything that the scenes play on. */
export interface Stage {
  readonly folder: string
  readonly evidence: string
  readonly lab: Lab
  readonly runproof: Runproof
  readonly webhook: { readonly url: string; readonly token: string }
  readonly temporalUi: string
}

/** Puts up real servers, the practice platform, and Runproof itself. */
export async function openStage(cleanup: Cleanup): Promise<Stage> {
  headline('Servers')
  const lab = await openLab(cleanup)
  const folder = await makeFolder(cleanup)
  await configure(folder, lab)
  headline('Runproof')
  const runproof = new Runproof(folder, { env: environment(lab), signal: cleanup.signal })
  await runproof.show('check')
  await runproof.show('keys', 'init')
  const up = await runproof.up()
  cleanup.after(async () => endOf(up))
  return { folder, evidence: join(folder, '.runproof', 'evidence', 'bundles'), lab, runproof, ...(await reach(folder)) }
}

async function openLab(cleanup: Cleanup): Promise<Lab> {
  const postgres = await startPostgres({ say })
  cleanup.after(async () => postgres.stop())
  const nats = await startNats({ say })
  cleanup.after(async () => nats.stop())
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  cleanup.after(async () => lab.stop())
  say(`practice platform: control plane at ${lab.url}, with a database and a stream of its own`)
  return lab
}

/** The demo's own folder: made anew, and left with the evidence when all went well. */
async function makeFolder(cleanup: Cleanup): Promise<string> {
  const folder = resolve('.runproof', 'demo')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  cleanup.folder(folder)
  return folder
}

async function configure(folder: string, lab: Lab): Promise<void> {
  await cp(fileURLToPath(new URL('../../runbooks', import.meta.url)), join(folder, 'runbooks'), { recursive: true })
  await cp(fileURLToPath(new URL('../policy.yaml', import.meta.url)), join(folder, 'practice-policy.yaml'))
  const config = {
    policyOverlays: ['practice-policy.yaml'],
    connections: {
      platform: { url: lab.url, token: { env: 'LAB_TOKEN' }, allowPrivate: true },
      prometheus: { url: lab.prometheusUrl, token: { env: 'LAB_TOKEN' }, allowPrivate: true },
      notify: { url: lab.notifyUrl, token: { env: 'LAB_NOTIFY_TOKEN' }, allowPrivate: true },
    },
    roles: { 'platform-on-call': [userInfo().username] },
  }
  await writeFile(join(folder, 'runproof.yaml'), stringify(config))
}

/** The user's own Temporal is never touched: only the lab's variable opts in to a server that is already there. */
function environment(lab: Lab): NodeJS.ProcessEnv {
  const { TEMPORAL_ADDRESS: _address, TEMPORAL_NAMESPACE: _namespace, DATABASE_URL: _database, ...own } = process.env
  return {
    ...own,
    ...borrowedTemporal(own['RUNPROOF_LAB_TEMPORAL']),
    LAB_TOKEN: lab.token,
    LAB_NOTIFY_TOKEN: lab.notifyToken,
  }
}

/** In a server that is already there, the demo works in a namespace of its own. */
function borrowedTemporal(address: string | undefined): NodeJS.ProcessEnv {
  if (address === undefined) return {}
  return { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: `runproof-demo-${randomBytes(4).toString('hex')}` }
}

async function reach(folder: string): Promise<Pick<Stage, 'webhook' | 'temporalUi'>> {
  const state = join(folder, '.runproof')
  const endpoints = JSON.parse(await readFile(join(state, 'endpoints.json'), 'utf8')) as {
    server: string
    temporalUi?: string
  }
  const [token = ''] = (await readFile(join(state, 'webhook-token'), 'utf8')).split('\n')
  return {
    webhook: { url: `${endpoints.server}/v1/alerts`, token: token.trim() },
    temporalUi: endpoints.temporalUi ?? '(no user interface)',
  }
}
