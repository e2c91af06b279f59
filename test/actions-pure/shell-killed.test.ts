import { spawn } from 'node:child_process'
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { runProcess } from '../../actions/shell/process.ts'
import { asAction, contextFor } from './context.ts'

const PROGRAM = fileURLToPath(new URL('programs/work-on-shell.ts', import.meta.url))
/** The shell, a child in its group and a daemon outside it. */
const SLOW = 'setsid sleep N & sleep N; true'
const ALL = 3

test.each([
  ['the group, and a daemon in a session of its own', SLOW],
  ['a daemon without variables', 'setsid env -i sleep N & sleep N; true'],
  ['a daemon in another folder', 'cd /; setsid sleep N & sleep N; true'],
])('G31: what a killed worker left at work is killed by whoever settles its step: %s', async (_what, script) => {
  const key = newKey()
  const left = await killedAt(script, key)
  expect(left()).toHaveLength(ALL)
  expect(await settle(key)).toMatchObject({ state: 'unknown' })
  await vi.waitFor(() => expect(left()).toEqual([]))
})

test('G31: whoever settles a step of a killed worker removes its folder', async () => {
  const before = new Set(foldersOfSteps())
  const key = newKey()
  await killedAt(SLOW, key)
  const made = foldersOfSteps().filter((name) => !before.has(name))
  await settle(key)
  const gone = made.filter((name) => !foldersOfSteps().includes(name))
  expect(gone.length).toBeGreaterThan(0)
})

test('G31: whoever settles a step ends nothing of another step, another run or another installation', async () => {
  const key = newKey()
  const elsewhere = mkdtempSync(join(tmpdir(), 'another-installation-'))
  onTestFinished(() => rmSync(elsewhere, { recursive: true, force: true }))
  const others = [
    await killedAt(SLOW, key.replace('/0', '/1')),
    await killedAt(SLOW, newKey()),
    await killedAt(SLOW, key, elsewhere),
  ]
  await settle(key)
  for (const left of others) expect(left()).toHaveLength(ALL)
})

test('G31: what this very worker is ending politely, is left to end before its step is settled', async () => {
  const key = newKey()
  const stop = new AbortController()
  const script = `trap "sleep 0.2; exit 0" TERM; while :; do sleep 0.05; done; # ${key}`
  const run = runProcess({ program: 'sh', args: ['-c', script], env: {}, key }, stop.signal)
  const ended = expect(run).rejects.toThrow()
  await vi.waitFor(() => expect(withCommand(key)).not.toEqual([]))
  const began = performance.now()
  stop.abort()
  await settle(key)
  expect(performance.now() - began).toBeGreaterThan(150)
  expect(withCommand(key)).toEqual([])
  await ended
})

function newKey(): string {
  return `${randomUUID()}/slow/0`
}

/** Runs a script under a worker of its own, and kills this worker, and nothing else, in the middle. Answers with who is left. */
async function killedAt(script: string, key: string, folder = process.cwd()): Promise<() => readonly number[]> {
  const seconds = `${randomInt(1e8, 1e9)}`
  onTestFinished(() => withCommand(seconds).forEach((pid) => process.kill(pid, 'SIGKILL')))
  const words = [PROGRAM, script.replaceAll('N', seconds), key]
  const worker = spawn(process.execPath, words, { cwd: folder, stdio: 'inherit' })
  await vi.waitFor(() => expect(withCommand(`sleep\0${seconds}`)).toHaveLength(2), { timeout: 20_000 })
  worker.kill('SIGKILL')
  await once(worker, 'exit')
  return () => withCommand(seconds)
}

async function settle(idempotencyKey: string) {
  const entry = { id: 'slow', program: 'sh', args: [], inputs: {}, timeoutMs: 60_000, effects: { 'host.shell': {} } }
  const [slow] = definitionsFromAllowlist({ shell: [entry], http: [] })
  return asAction(slow).settle({}, contextFor('none', 'http://127.0.0.1:1', { idempotencyKey }))
}

function foldersOfSteps(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^runproof-[0-9a-f]{32}-/.test(name))
}

function withCommand(part: string): number[] {
  const pids = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid))
  return pids.filter((pid) => commandOf(pid).includes(part)).map(Number)
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
