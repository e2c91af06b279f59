import { chmod, copyFile, link, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeEach, afterEach, describe, expect, test } from 'vitest'
import { ServiceError, startNats, startPostgres, startTemporal } from '../../engine/services/index.ts'
import { services } from '../support/services.ts'

const say = () => undefined
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'services-test-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('where nothing is to be had, one error names every way', () => {
  const nothing = () => ({ PATH: folder, XDG_CACHE_HOME: join(folder, 'cache') })

  test('to Temporal', async () => {
    const error = await failureOf(startTemporal({ say, env: nothing() }))
    expect(error).toBeInstanceOf(ServiceError)
    expect(error.message.replaceAll(folder, '<folder>')).toMatchInlineSnapshot(`
      "there is no way to a Temporal server; tried in this order:
        1. the variable RUNPROOF_LAB_TEMPORAL: it is not set
        2. \`temporal\` on PATH: there is none
        3. the cache folder: there is no <folder>/cache/runproof/temporal-1.5.1/temporal
        4. \`go install github.com/temporalio/cli/cmd/temporal@v1.5.1\`: there is no \`go\` on PATH
      hint: do one of these and start again:
        - set RUNPROOF_LAB_TEMPORAL=host:port to a server that may be used
        - put \`temporal\` on PATH, with Server 1.29.1 or later
        - put a built \`temporal\` at <folder>/cache/runproof/temporal-1.5.1/temporal
        - install Go 1.25 or later"
    `)
  })

  test('to NATS', async () => {
    const error = await failureOf(startNats({ say, env: nothing() }))
    expect(error.message).toMatch(
      /RUNPROOF_LAB_NATS[^]+on PATH[^]+cache folder[^]+go install[^]+@v2\.15\.2[^]+install Go/,
    )
  })
})

describe('a program on PATH', () => {
  test('G35: that is too old is not used, and the error says so', async () => {
    await program('nats-server', 'echo "nats-server: v2.9.0"')
    const error = await failureOf(startNats({ say, env: { PATH: folder, XDG_CACHE_HOME: folder } }))
    expect(error.message).toContain('has version 2.9.0; 2.10.0 or later is needed')
  })

  test('that does not run is not used, and the error says so', async () => {
    await program('nats-server', 'echo "no such library" >&2; exit 127')
    const error = await failureOf(startNats({ say, env: { PATH: folder, XDG_CACHE_HOME: folder } }))
    expect(error.message).toContain('no such library')
  })

  test('that starts but ends at once is told with the last lines of its log', async () => {
    await program(
      'nats-server',
      'test "$1" = --version && echo "nats-server: v2.15.2" && exit; echo "out of luck"; exit 3',
    )
    const error = await failureOf(startNats({ say, env: { PATH: folder, XDG_CACHE_HOME: folder } }))
    expect(error.message).toMatch(/^NATS does not start: .*\n {2}out of luck$/)
  })
})

describe('a server named by its variable', () => {
  test('is used as it is, and stop leaves it alone', async () => {
    const { temporal, postgres, nats } = services()
    const started = [
      await startPostgres({ say, env: { RUNPROOF_LAB_POSTGRES: postgres.url } }),
      await startNats({ say, env: { RUNPROOF_LAB_NATS: nats.url } }),
      await startTemporal({ say, namespace: temporal.namespace, env: { RUNPROOF_LAB_TEMPORAL: temporal.address } }),
    ]
    await Promise.all(started.map((service) => service.stop()))

    expect(started.map(({ origin, pid, command }) => ({ origin, pid, command }))).toEqual(
      Array(3).fill({ origin: 'variable', pid: undefined, command: [] }),
    )
    const again = await startNats({ say, env: { RUNPROOF_LAB_NATS: nats.url } })
    expect(again.version).toMatch(/^2\./)
  })

  test('gets the namespace and the search attributes that are asked for', async () => {
    const env = { RUNPROOF_LAB_TEMPORAL: services().temporal.address }
    const namespace = `made-${process.pid}`
    const searchAttributes = { RunbookId: 'Keyword' } as const
    const first = await startTemporal({ say, env, namespace, searchAttributes })
    const second = await startTemporal({ say, env, namespace, searchAttributes })
    expect([first.namespace, second.namespace]).toEqual([namespace, namespace])
  })

  test('is an error when nothing answers there, never a reason to take another', async () => {
    const closed = await closedPort()
    const address = `127.0.0.1:${closed}`
    const failures = await Promise.all([
      failureOf(startTemporal({ say, env: { RUNPROOF_LAB_TEMPORAL: 'nonsense' } })),
      failureOf(startNats({ say, env: { RUNPROOF_LAB_NATS: `nats://${address}` } })),
      failureOf(startPostgres({ say, env: { RUNPROOF_LAB_POSTGRES: `postgres://me:secret@${address}/x` } })),
    ])
    expect(failures[0].message).toContain('RUNPROOF_LAB_TEMPORAL is no address')
    expect(failures[1].message).toContain(`RUNPROOF_LAB_NATS names ${address}`)
    expect(failures[2].message).toContain(`RUNPROOF_LAB_POSTGRES names ${address}`)
    expect(failures[2].message).not.toContain('secret')
  })
})

describe('a build into the cache', () => {
  const builds = () => readFile(join(folder, 'builds'), 'utf8')
  const env = () => ({ PATH: `${folder}:/usr/bin:/bin`, HOME: folder, XDG_CACHE_HOME: folder })
  const cached = () => join(folder, 'runproof', 'nats-server-2.15.2')

  test('is made once by processes that need it at the same moment', async () => {
    const built = await realNats()
    await program('go', `echo "$@" >> ${folder}/builds; sleep 0.5; ln ${built} "$GOBIN/nats-server"`)
    const start = () =>
      execa(process.execPath, [join(import.meta.dirname, 'programs/start-nats.ts')], { env: env(), extendEnv: false })
    const outputs = await Promise.all([start(), start(), start()])

    expect(outputs.map(({ stdout }) => stdout)).toEqual(Array(3).fill('go-install'))
    expect(await builds()).toBe('install -ldflags -s -w github.com/nats-io/nats-server/v2@v2.15.2\n')
    expect(await readdir(cached())).toEqual(['nats-server'])
  })

  test('that fails half-way leaves nothing in the cache, and its last lines are in the error', async () => {
    await program('go', 'echo half > "$GOBIN/nats-server"; echo "proxy: not found" >&2; exit 1')
    const error = await failureOf(startNats({ say, env: env() }))
    expect(error.message).toMatch(/it failed: .*exit code 1\n +proxy: not found/)
    expect(await readdir(cached())).toEqual([])
  })

  test('that is broken in the cache is made anew', async () => {
    await mkdir(cached(), { recursive: true })
    await writeFile(join(cached(), 'nats-server'), 'not a program', { mode: 0o755 })
    await program('go', `cp ${await realNats()} "$GOBIN/nats-server"`)
    const nats = await startNats({ say, env: env() })
    await nats.stop()
    expect(nats.origin).toBe('go-install')
  })
})

/** A stand-in for a program of another version, or for a compiler that takes minutes. */
async function program(name: string, body: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`)
  await chmod(join(folder, name), 0o755)
}

/** A copy of the server that the tests run with, beside everything else of this test. */
async function realNats(): Promise<string> {
  const nats = await startNats({ say })
  await nats.stop()
  const copy = join(folder, 'real-nats-server')
  await link(nats.command[0] ?? '', copy).catch(() => copyFile(nats.command[0] ?? '', copy))
  return copy
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.unreachable('it worked'),
    (error: unknown) => error as Error,
  )
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}
