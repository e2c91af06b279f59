import workerThreads, { MessageChannel, Worker } from 'node:worker_threads'
import type { MessagePort, WorkerOptions } from 'node:worker_threads'

const PRELOADED = new URL('workflow-thread.ts', import.meta.url).href

/** The program with which the SDK starts a thread for workflows. */
const PROGRAM = /[\\/]workflow-worker-thread(\.js)?$/

/** The thread says each second that it is alive. Silent ones are counted here, not timed: a machine that slept has missed none. */
const LOOK_MS = 1_000
const MOST_SILENT = 10

/**
 * Tunes the threads in which workflows run (`workflow-thread.ts`) from now on: the SDK makes them itself, and takes no options for them.
 * `hangs` is called where such a thread has said nothing for ten seconds.
 */
export function tuneWorkflowThreads(hangs: () => void): void {
  class Tuned extends Worker {
    constructor(program: string | URL, options: WorkerOptions = {}) {
      if (!PROGRAM.test(String(program))) super(program, options)
      else {
        const { port1: heard, port2: alive } = new MessageChannel()
        super(program, { ...options, execArgv: ['--import', PRELOADED], workerData: { alive }, transferList: [alive] })
        this.once('exit', watch(heard, hangs))
      }
    }
  }
  Object.defineProperty(workerThreads, 'Worker', { value: Tuned })
}

/** Watches a thread from its first word on: until then Node itself is being started. Answers with what ends the watch. */
function watch(heard: MessagePort, hangs: () => void): () => void {
  let silent = 0
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    silent += 1
    if (silent === MOST_SILENT) hangs()
  }
  heard.on('message', () => {
    silent = 0
    timer ??= setInterval(look, LOOK_MS).unref()
  })
  heard.unref()
  return () => clearInterval(timer)
}
