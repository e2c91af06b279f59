import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isHeld, Leases } from '../../engine/host/leases/leases.ts'
import type { Hold, Refusal } from '../../engine/host/leases/leases.ts'
import { openPostgresLeases } from '../../engine/host/leases/postgres.ts'
import { openSqliteLeases } from '../../engine/host/leases/sqlite.ts'
import type { LeaseStore } from '../../engine/host/leases/store.ts'
import { createDatabase } from '../../lab/database/create.ts'
import { services } from '../support/services.ts'

/** Where the leases of one test lie: opened as often as there are workers. */
interface Place {
  readonly open: () => LeaseStore
  readonly close: () => Promise<void>
  /** What another process needs to open it too. */
  readonly words: readonly string[]
}

async function sqlitePlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'runproof-leases-'))
  const file = join(folder, 'leases.sqlite')
  return {
    open: () => openSqliteLeases(file),
    close: async () => rm(folder, { recursive: true, force: true }),
    words: ['sqlite', file],
  }
}

async function postgresPlace(): Promise<Place> {
  const server = services().postgres.url
  const database = await createDatabase(server, randomBytes(4).toString('hex'))
  const url = Object.assign(new URL(server), { pathname: `/${database.name}` }).href
  return {
    open: () => openPostgresLeases(async () => url),
    close: async () => database.drop(),
    words: ['postgres', url],
  }
}

const AT_ONCE = { patienceMs: 0, heartbeat: () => undefined }

function held(taken: Hold | Refusal): Hold {
  if (isHeld(taken)) return taken
  throw new Error(`${taken.resource} is held by ${taken.heldBy}`)
}

describe.each([
  ['a file of one host', sqlitePlace],
  ['PostgreSQL', postgresPlace],
])('leases in %s', (_name, makePlace) => {
  let place: Place
  const open: LeaseStore[] = []

  beforeEach(async () => {
    place = await makePlace()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map(async (store) => store.close()))
    await place.close()
  })

  const store = (): LeaseStore => {
    const opened = place.open()
    open.push(opened)
    return opened
  }

  test('G3: a resource has one holder, who is named to everybody else', async () => {
    const [one, other] = [store(), store()]
    expect(await one.take('app/shop', 'run-1', 5_000)).toEqual({ token: 1 })
    expect(await other.take('app/shop', 'run-2', 5_000)).toEqual({ heldBy: 'run-1' })
    expect(await other.take('app/desk', 'run-2', 5_000)).toEqual({ token: 1 })
    expect(await one.holders()).toEqual(['run-1', 'run-2'])
  })

  test('G3: is taken by its holder again with the same token, from whichever worker', async () => {
    const [one, other] = [store(), store()]
    await one.take('app/shop', 'run-1', 5_000)
    expect(await other.take('app/shop', 'run-1', 5_000)).toEqual({ token: 1 })
  })

  test('G3: the token grows with each new holder, and never falls back', async () => {
    const one = store()
    await one.take('app/shop', 'run-1', 5_000)
    await one.release('run-1')
    expect(await one.holders()).toEqual([])
    expect(await one.take('app/shop', 'run-2', 5_000)).toEqual({ token: 2 })
    await one.release('run-2')
    expect(await one.take('app/shop', 'run-1', 5_000)).toEqual({ token: 3 })
  })

  test('G3: ends by expiry, and is then nobody’s to renew', async () => {
    const [one, other] = [store(), store()]
    await one.take('app/shop', 'run-1', 50)
    await wait(120)
    expect(await one.renew(['app/shop'], 'run-1', 5_000)).toEqual([])
    expect(await other.take('app/shop', 'run-2', 5_000)).toEqual({ token: 2 })
    expect(await one.renew(['app/shop'], 'run-1', 5_000)).toEqual([])
    expect(await one.take('app/shop', 'run-1', 5_000)).toEqual({ heldBy: 'run-2' })
  })

  test('G3: renewing keeps it', async () => {
    const [one, other] = [store(), store()]
    await one.take('app/shop', 'run-1', 300)
    expect(await one.renew(['app/shop', 'app/desk'], 'run-1', 5_000)).toEqual(['app/shop'])
    await wait(400)
    expect(await other.take('app/shop', 'run-2', 5_000)).toEqual({ heldBy: 'run-1' })
  })

  test('G3: giving back one run’s leases leaves those of others', async () => {
    const one = store()
    await one.take('app/shop', 'run-1', 5_000)
    await one.take('app/desk', 'run-2', 5_000)
    await one.release('run-1')
    expect(await one.holders()).toEqual(['run-2'])
  })

  test('G3: of many who take at once, one has it', async () => {
    const stores = Array.from({ length: 4 }, store)
    const taken = await Promise.all(stores.map(async (each, at) => each.take('app/shop', `run-${at}`, 5_000)))
    expect(taken.filter((result) => 'token' in result)).toEqual([{ token: 1 }])
    expect(new Set(taken.flatMap((result) => ('heldBy' in result ? [result.heldBy] : []))).size).toBe(1)
  })

  test('G3: runs that want the same in another order do not block each other, since it is taken sorted', async () => {
    const leases = [new Leases(store()), new Leases(store())]
    const patient = { patienceMs: 5_000, heartbeat: () => undefined }
    const take = async (run: number, resources: string[]) => {
      const taken = await leases[run]?.take(`run-${run}`, resources, patient)
      await wait(20)
      await leases[run]?.release(`run-${run}`)
      return taken !== undefined && isHeld(taken)
    }
    const all = Array.from({ length: 5 }, () => [take(0, ['b/1', 'a/1']), take(1, ['a/1', 'b/1'])]).flat()
    expect(await Promise.all(all)).toEqual(all.map(() => true))
  })

  test('G3: are renewed while the worker lives, and lost ones are not taken for held', async () => {
    const [one, other] = [new Leases(store(), 200), store()]
    const hold = held(await one.take('run-1', ['app/shop'], AT_ONCE))
    expect(hold.fencing).toEqual({ 'app/shop': 1 })
    await wait(700)
    expect(hold.until()).toBeGreaterThan(performance.now())
    expect(await other.take('app/shop', 'run-2', 200)).toEqual({ heldBy: 'run-1' })
    await other.release('run-1')
    await other.take('app/shop', 'run-2', 5_000)
    await wait(200)
    expect(hold.until()).toBe(-Infinity)
    await one.release('run-1')
  })

  test('G3: what cannot be had in time is refused, and says who has it', async () => {
    const [one, other] = [new Leases(store()), new Leases(store())]
    held(await one.take('run-1', ['app/shop'], AT_ONCE))
    const began = performance.now()
    const refusal = await other.take('run-2', ['app/shop'], { patienceMs: 300, heartbeat: () => undefined })
    expect(refusal).toEqual({ resource: 'app/shop', heldBy: 'run-1' })
    expect(performance.now() - began).toBeGreaterThan(250)
    await Promise.all([one.release('run-1'), other.release('run-2')])
  })

  test('G3: of a worker that was killed end by themselves', async () => {
    const worker = fork(join(import.meta.dirname, 'programs', 'hold-lease.ts'), [
      ...place.words,
      'app/shop',
      'run-1',
      '600',
    ])
    await once(worker, 'message')
    const other = store()
    await wait(900)
    expect(await other.take('app/shop', 'run-2', 5_000)).toEqual({ heldBy: 'run-1' })
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    const leases = new Leases(other)
    expect(
      held(await leases.take('run-2', ['app/shop'], { patienceMs: 3_000, heartbeat: () => undefined })).fencing,
    ).toEqual({ 'app/shop': 2 })
    await leases.release('run-2')
  })
})

describe('leases in a file of one host', () => {
  let place: Place
  let store: LeaseStore
  beforeEach(async () => {
    place = await sqlitePlace()
    store = place.open()
  })
  afterEach(async () => {
    await store.close()
    await place.close()
  })

  /** The end of a lease, in milliseconds of the clock that the machine's processes share. */
  const end = (set?: number): number => {
    const database = new DatabaseSync(place.words[1] ?? '')
    if (set !== undefined) database.prepare('UPDATE runproof_leases SET expires = ?').run(set)
    const row = database.prepare('SELECT expires FROM runproof_leases').get()
    database.close()
    return Number(row?.['expires'])
  }
  const uptime = () => Number(process.hrtime.bigint() / 1_000_000n)

  test('G3: end by the time that the machine is up, whatever the time of day is set to', async () => {
    const before = uptime()
    await store.take('app/shop', 'run-1', 5_000)
    expect(end()).toBeGreaterThanOrEqual(before + 5_000)
    expect(end()).toBeLessThanOrEqual(uptime() + 5_000)
  })

  test('G3: from before the machine was started anew are over', async () => {
    await store.take('app/shop', 'run-1', 5_000)
    end(uptime() + 86_400_000)
    expect(await store.holders()).toEqual([])
    expect(await store.renew(['app/shop'], 'run-1', 5_000)).toEqual([])
    expect(await store.take('app/shop', 'run-2', 5_000)).toEqual({ token: 2 })
  })

  test('last no longer than can be told from those', async () => {
    await expect(store.take('app/shop', 'run-1', 3_600_000)).rejects.toThrow('60000 ms at most')
    await store.take('app/shop', 'run-1', 5_000)
    await expect(store.renew(['app/shop'], 'run-1', 3_600_000)).rejects.toThrow('60000 ms at most')
    expect(await store.holders()).toEqual(['run-1'])
  })
})
