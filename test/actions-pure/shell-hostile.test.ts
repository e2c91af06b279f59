import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { definitionsFromAllowlist } from '../../actions/allowlist.ts'
import { Refused } from '../../actions/define.ts'
import { runProcess, type Ended } from '../../actions/shell/process.ts'
import { asAction, contextFor } from './context.ts'

test.each([
  ['a daemon in a session of its own', 'setsid sleep 300 >/dev/null 2>&1 & sleep 0.1'],
  [
    'a daemon that forked twice and ignores the polite signal',
    '(setsid sh -c "trap \\"\\" TERM; sleep 300" &) ; sleep 0.1',
  ],
  ['a daemon without variables', 'setsid env -i sleep 300 >/dev/null 2>&1 & sleep 0.1'],
  ['a daemon in another folder', 'cd /; setsid sleep 300 >/dev/null 2>&1 & sleep 0.1'],
  ['fifty of them', 'for i in $(seq 50); do setsid sleep 300 & done; sleep 0.1'],
])('G31: nothing is left over when the process ends: %s', async (_what, script) => {
  const { mark, run } = marked(script, 10_000)
  expect(await run).toMatchObject({ exitCode: 0 })
  expect(carriers(mark)).toEqual([])
})

test.each([
  ['a daemon in a session of its own', 'setsid sleep 300 & sleep 300'],
  ['a process that stopped itself', 'kill -STOP $$'],
  ['a process that closed its output', 'exec >&- 2>&-; sleep 300'],
  ['grandchildren that ignore the polite signal', '(trap "" TERM; sleep 300 & sleep 300) & trap "" TERM; sleep 300'],
])('G31: nothing is left over when the step is cancelled: %s', async (_what, script) => {
  const { mark, run } = marked(script, 500)
  const failed = expect(run).rejects.toMatchObject({ name: 'TimeoutError' })
  await vi.waitFor(() => expect(carriers(mark).length).toBeGreaterThan(0))
  await failed
  expect(carriers(mark)).toEqual([])
})

test('G31: dropped output is not kept in memory', async () => {
  const before = process.memoryUsage().arrayBuffers
  const { run } = marked('head -c 300000000 /dev/zero', 20_000)
  expect((await run).truncated).toBe(true)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000)
})

test('G31: an entry cannot take the variable away by which its processes are known', async () => {
  const env = { RUNPROOF_PROCESS: 'mine' }
  const ended = await runProcess({ program: 'sh', args: ['-c', 'printf %s "$RUNPROOF_PROCESS"'], env }, patience(5000))
  expect(ended.stdout).toMatch(/^[0-9a-f-]{36}$/)
})

test.each([
  ['a zero byte', 'a\0b'],
  ['half a character', 'a\ud800'],
])('an argument with %s is refused: what is recorded is what is run', async (_what, text) => {
  const inputs = { text: { type: { kind: 'text' } } } as const
  const shared = { args: [{ input: 'text' }], inputs, timeoutMs: 5000, effects: { 'host.shell': {} } }
  const [echo] = definitionsFromAllowlist({ shell: [{ id: 'echo', program: 'echo', ...shared }], http: [] })
  const performed = asAction(echo).perform({ text }, contextFor('none', 'http://127.0.0.1:1'))
  await expect(performed).rejects.toBeInstanceOf(Refused)
})

test('an argument that is too long for the system is refused before anything has happened', async () => {
  const args = ['a'.repeat(4_000_000)]
  const run = runProcess({ program: 'echo', args, env: {} }, patience(5000))
  await expect(run).rejects.toMatchObject({ name: 'NotStarted' })
})

function patience(ms: number): AbortSignal {
  return AbortSignal.timeout(ms)
}

/** A script whose processes can be found again by one more variable, or by their command. */
function marked(script: string, ms: number): { mark: string; run: Promise<Ended> } {
  const mark = randomUUID()
  onTestFinished(() => carriers(mark).forEach((pid) => process.kill(Number(pid), 'SIGKILL')))
  const command = { program: 'sh', args: ['-c', script], env: { MARK: mark } }
  return { mark, run: runProcess(command, patience(ms)) }
}

function carriers(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && textOf(pid, 'environ').includes(mark))
}

function textOf(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
