import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startLab } from '../../lab/start-lab.ts'
import { services } from '../support/services.ts'

async function exists({ database, stream }: { database: string; stream: string }) {
  const databases = await onServer('SELECT 1 FROM pg_database WHERE datname = $1', [database])
  const connection = await connect({ servers: services().nats.url })
  const streams: string[] = []
  for await (const name of (await jetstreamManager(connection)).streams.names()) streams.push(name)
  await connection.close()
  return { database: databases.length === 1, stream: streams.includes(stream) }
}

test('a lab makes its own database and stream, and removes them when it is stopped', async () => {
  const { postgres, nats } = services()
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  expect(await exists(lab)).toEqual({ database: true, stream: true })
  await lab.stop()
  expect(await exists(lab)).toEqual({ database: false, stream: false })
  expect(() => process.kill(lab.pid, 0)).toThrow('ESRCH')
})

test('a lab stops, also with requests that hang or are held', async () => {
  const { postgres, nats } = services()
  const lab = await startLab({ postgresUrl: postgres.url, natsUrl: nats.url })
  const admin = (path: string, body: object) =>
    fetch(lab.adminUrl + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${lab.adminToken}` },
      body: JSON.stringify(body),
    })
  await admin('/faults', { fault: 'hang', on: 'routeOwner' })
  await admin('/faults', { fault: 'hold', on: 'freeze', at: 'before-commit' })
  const headers = { authorization: `Bearer ${lab.token}`, 'idempotency-key': 'held-for-ever' }
  const open = [
    fetch(`${lab.url}/v1/environments/production/apps/shop/route-owner`, { headers }),
    fetch(`${lab.url}/v1/environments/production/promotion-freeze`, {
      method: 'PUT',
      headers,
      body: JSON.stringify({ expires_at: new Date(Date.now() + 60_000).toISOString(), reason: 'a test' }),
    }),
  ]
  const settled = Promise.allSettled(open)
  await lab.stop()
  expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await exists(lab)).toEqual({ database: false, stream: false })
})

test('a lab whose parent is gone stops by itself and removes what it made', async () => {
  const { postgres, nats } = services()
  const child = spawnLab({
    RUNPROOF_LAB_POSTGRES: postgres.url,
    RUNPROOF_LAB_NATS: nats.url,
    RUNPROOF_LAB_PARENT: 'stdin',
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  child.stdin.destroy()
  await once(child, 'close')
  expect(child.exitCode).toBe(0)
  expect(await exists(JSON.parse(line) as { database: string; stream: string })).toEqual({
    database: false,
    stream: false,
  })
})

test.each([
  [{}, 'lab: these variables are missing or not valid: RUNPROOF_LAB_POSTGRES, RUNPROOF_LAB_NATS (see lab/README.md)\n'],
  [
    { RUNPROOF_LAB_POSTGRES: 'postgres://u:hidden@127.0.0.1:1/x', RUNPROOF_LAB_NATS: 'nats://127.0.0.1:1' },
    'lab: PostgreSQL at 127.0.0.1:1 cannot be used: connect ECONNREFUSED 127.0.0.1:1\n',
  ],
])('a lab that cannot start says why in one sentence, without a password or a stack', async (env, sentence) => {
  const child = spawnLab(env)
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  await once(child, 'close')
  expect([child.exitCode, said]).toEqual([1, sentence])
})

test('a lab that cannot reach NATS removes the database that it had made, and needs no more than the right to make one', async () => {
  const { nats } = services()
  const role = await makeRole()
  const lab = await startLab({ postgresUrl: role.url, natsUrl: nats.url })
  expect(await role.databases()).toEqual([lab.database])
  await lab.stop()
  await expect(startLab({ postgresUrl: role.url, natsUrl: 'nats://127.0.0.1:1' })).rejects.toThrow(
    'the lab did not start: lab: NATS at 127.0.0.1:1 cannot be used',
  )
  expect(await role.databases()).toEqual([])
  await role.drop()
})

/** A role that may make databases, so that what one lab made can be told from what others did. */
async function makeRole() {
  const { postgres } = services()
  const name = `lab_test_${randomUUID().slice(0, 8)}`
  const password = randomUUID()
  await onServer(`CREATE ROLE ${name} LOGIN CREATEDB PASSWORD '${password}'`)
  const url = new URL(postgres.url)
  url.username = name
  url.password = password
  const owned = 'SELECT datname FROM pg_database JOIN pg_roles r ON datdba = r.oid WHERE rolname = $1'
  return {
    url: url.href,
    databases: async () => (await onServer<{ datname: string }>(owned, [name])).map(({ datname }) => datname),
    drop: () => onServer(`DROP ROLE ${name}`),
  }
}

async function onServer<R extends pg.QueryResultRow>(statement: string, parameters: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: services().postgres.url })
  await client.connect()
  const { rows } = await client.query<R>(statement, parameters)
  await client.end()
  return rows
}

function spawnLab(env: Record<string, string>) {
  const token = 'only-for-this-test'
  const tokens = { RUNPROOF_LAB_TOKEN: token, RUNPROOF_LAB_ADMIN_TOKEN: token, RUNPROOF_LAB_NOTIFY_TOKEN: token }
  const main = fileURLToPath(new URL('../../lab/main.ts', import.meta.url))
  return spawn(process.execPath, [main], { env: { ...tokens, ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
}
