import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Connection } from '@temporalio/client'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort, startNats, startPostgres, startTemporal, type Service } from '../../engine/services/index.ts'
import { isAlive, listens, processesWith } from './liveness.ts'

const said: string[] = []
const say = (line: string) => void said.push(line)

describe('a server that was started', () => {
  test('Temporal answers in its namespace, has its search attributes, and leaves nothing behind', async () => {
    const searchAttributes = { RunbookId: 'Keyword', StartedFor: 'Text' } as const
    const temporal = await startTemporal({ say, namespace: 'practice', searchAttributes })
    onTestFinished(() => temporal.stop())
    const connection = await Connection.connect({ address: temporal.address })
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'practice' })
    const page = await fetch(temporal.uiUrl ?? '')
    await connection.close()

    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['RunbookId', 'StartedFor']))
    expect(page.status).toBe(200)
    expect(temporal.version).toMatch(/^1\.\d+\.\d+/)
    await expectNothingLeft(temporal, Number(temporal.address.split(':')[1]))
  })

  test('PostgreSQL lets its superuser in by password only, and leaves nothing behind', async () => {
    const postgres = await startPostgres({ say })
    onTestFinished(() => postgres.stop())
    const { port, password } = new URL(postgres.url)

    expect(await query(postgres.url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: true },
    ])
    await expect(query(postgres.url.replace(password, 'wrong'), 'select 1')).rejects.toThrow(
      'password authentication failed',
    )
    await expectNothingLeft(postgres, Number(port))
  })

  test('NATS has JetStream, and leaves nothing behind', async () => {
    const nats = await startNats({ say })
    onTestFinished(() => nats.stop())
    const connection = await connect({ servers: nats.url })
    const manager = await jetstreamManager(connection)
    const stream = await manager.streams.add({ name: 'routes', subjects: ['routes.>'] })
    await connection.close()

    expect(stream.config.name).toBe('routes')
    await expectNothingLeft(nats, Number(new URL(nats.url).port))
  })

  test('says where it was found, what is started, and how long that usually takes; never a password', async () => {
    const lines: string[] = []
    const postgres = await startPostgres({ say: (line) => lines.push(line) })
    await postgres.stop()

    expect(lines).toEqual([
      expect.stringMatching(/^PostgreSQL: found by /),
      expect.stringMatching(/initdb.*usually/),
      expect.stringMatching(/starting `.*postgres` on 127\.0\.0\.1:\d+; usually/),
    ])
    expect([...lines, ...said, ...postgres.command].join('\n')).not.toContain(new URL(postgres.url).password)
  })
})

test('a given port is used, and a given folder keeps the data over a stop', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'services-test-'))
  await chmod(dir, 0o755)
  onTestFinished(() => rm(dir, { recursive: true }))
  const port = await freePort()

  const first = await startPostgres({ say, dir: join(dir, 'state'), port })
  await query(first.url, 'create table kept as select 7 as n')
  await first.stop()
  const second = await startPostgres({ say, dir: join(dir, 'state'), port })
  onTestFinished(() => second.stop())

  expect(new URL(second.url).port).toBe(String(port))
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 7 }])
})

test('PostgreSQL comes from the npm package when there is none on PATH', async () => {
  const postgres = await startPostgres({ say, env: { PATH: '/nowhere' } })
  await postgres.stop()

  expect(postgres.origin).toBe('npm-package')
  expect(postgres.version).toMatch(/^18\./)
})

test('a free port is never given twice', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  expect(new Set(ports).size).toBe(50)
})

async function query(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  return client
    .query(text)
    .then(({ rows }) => rows as unknown[])
    .finally(() => client.end())
}

async function expectNothingLeft(service: Service, port: number): Promise<void> {
  const folder = dirname(service.logFile ?? '')
  expect(existsSync(folder)).toBe(true)
  expect(await isAlive(service.pid ?? 0)).toBe(true)
  await service.stop()
  expect(await isAlive(service.pid ?? 0)).toBe(false)
  expect(await processesWith(folder)).toEqual([])
  expect(existsSync(folder)).toBe(false)
  expect(await listens(port)).toBe(false)
}
