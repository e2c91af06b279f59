import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OperatorError } from '../../host/operator-error.ts'
import { ServiceError } from '../../services/index.ts'
import { say } from '../terminal.ts'
import { endOf } from '../end-of.ts'
import type { Practice } from './practice.ts'

/** It is reached over HTTP and loaded by its path: nothing of Runproof imports it. */
const PROGRAM = fileURLToPath(new URL('../../../lab/scenario-process.ts', import.meta.url))

/** What the process says over its channel. */
type Message = { readonly say: string } | { readonly failed: string } | { readonly ready: Practice }

/** A practice platform of our own, with its servers. */
export interface OwnPractice {
  readonly ready: Promise<Practice>
  /** Ends it, also while it starts. */
  stop(): Promise<void>
}

/** Starts the practice platform and the servers that it needs, as a process that ends with this one. */
export function startPractice(): OwnPractice {
  if (!existsSync(PROGRAM))
    throw new OperatorError(
      'RP0202',
      'the practice platform is not part of this installation',
      'run it from a checkout of Runproof',
    )
  const child = fork(PROGRAM, { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 2, 'ipc'] })
  return { ready: whenReady(child), stop: async () => endOf(child) }
}

async function whenReady(child: ChildProcess): Promise<Practice> {
  const gone = once(child, 'exit').then(() => {
    throw new ServiceError('the practice platform ended before it was ready')
  })
  const ready = new Promise<Practice>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if ('say' in message) say(message.say)
      else if ('failed' in message) reject(new ServiceError(message.failed))
      else resolve(message.ready)
    })
    gone.catch(reject)
  })
  return ready
}
