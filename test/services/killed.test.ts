import { Client, Connection } from '@temporalio/client'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { freePort, startNats, startTemporal } from '../../engine/services/index.ts'
import { eventually, isAlive, processesWith } from './liveness.ts'

const say = () => undefined

test.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)(
  '%s of the process that started them leaves no server',
  async (signal) => {
    const parent = execa('node', [join(import.meta.dirname, 'programs/start-all.ts')], {
      reject: false,
      preferLocal: true,
    })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const services = JSON.parse(line.toString()) as { pid: number; logFile: string }[]
    const folders = services.map(({ logFile }) => dirname(logFile))
    expect(await Promise.all(services.map(({ pid }) => isAlive(pid)))).toEqual([true, true, true])

    parent.kill(signal)
    await parent

    const gone = async () =>
      (await Promise.all(folders.map(processesWith))).flat().length === 0 && !folders.some(existsSync)
    expect(await eventually(gone)).toBe(true)
  },
)

test('Temporal keeps its runs over a kill -9, on the same folder and port', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'services-test-'))
  onTestFinished(() => rm(dir, { recursive: true }))
  const options = {
    say,
    dir,
    port: await freePort(),
    uiPort: false,
    searchAttributes: { RunbookId: 'Keyword' },
  } as const
  const first = await startTemporal(options)
  await startRun(first.address, 'survives')
  process.kill(first.pid ?? 0, 'SIGKILL')
  expect(await first.ended).toEqual({ code: null, signal: 'SIGKILL' })

  const second = await startTemporal(options)
  onTestFinished(() => second.stop())

  expect(second.address).toBe(first.address)
  expect(await stateOfRun(second.address, 'survives')).toBe('RUNNING')
})

test('a server that is killed tells it by `ended`, and stop still works', async () => {
  const nats = await startNats({ say })
  process.kill(nats.pid ?? 0, 'SIGKILL')

  expect(await nats.ended).toEqual({ code: null, signal: 'SIGKILL' })
  await nats.stop()
  await nats.stop()
  expect(await processesWith(dirname(nats.logFile ?? ''))).toEqual([])
})

async function startRun(address: string, workflowId: string): Promise<void> {
  await withClient(address, async (client) => {
    await client.workflow.start('nothing', { workflowId, taskQueue: 'nobody' })
  })
}

function stateOfRun(address: string, workflowId: string): Promise<string> {
  return withClient(address, async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name)
}

async function withClient<T>(address: string, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address })
  return work(new Client({ connection })).finally(() => connection.close())
}
