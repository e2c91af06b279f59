/**
 * A process between us and a server, so that the server never outlives us: it starts what it is told over its channel,
 * and when the channel closes, be it by a kill -9 of the other end, it stops that and removes the throw-away folder.
 * It lives in a session of its own: Ctrl-C at the terminal reaches neither it nor the server.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { Command, News, Order } from './keeper-messages.ts'

const GRACE_MS = 8_000
const throwAway = process.argv[2]

let current: { readonly child: ChildProcess; readonly stopSignal: NodeJS.Signals } | undefined
let releasing = false

process.on('message', (order: Order) => {
  if (order.kind === 'release') release()
  else if (!releasing) carryOut(order.command)
})
process.once('disconnect', release)
process.once('SIGTERM', release)
process.on('SIGINT', () => undefined)

function carryOut(command: Command): void {
  const [program, ...args] = command.argv
  const { cwd, env, user, stopSignal = 'SIGTERM' } = command
  const child = spawn(program, args, { cwd, env, ...user, detached: true, stdio: ['ignore', 'inherit', 'inherit'] })
  current = { child, stopSignal }
  child.once('spawn', () => tell({ kind: 'started', pid: child.pid ?? 0 }))
  child.once('error', ({ message }) => {
    current = undefined
    tell({ kind: 'refused', reason: message })
  })
  child.once('exit', (code, signal) => {
    killGroup(child)
    current = undefined
    tell({ kind: 'ended', code, signal }, releasing ? finish : undefined)
  })
}

function release(): void {
  if (releasing) return
  releasing = true
  if (current === undefined) return finish()
  const { child, stopSignal } = current
  child.kill(stopSignal)
  setTimeout(() => killGroup(child), GRACE_MS)
}

/** What the process started itself must not be left behind either. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // the whole group is gone already
  }
}

function tell(news: News, then?: () => void): void {
  if (!process.connected) return then?.()
  process.send?.(news, () => then?.())
}

function finish(): void {
  if (throwAway) rmSync(throwAway, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  process.exit(0)
}
