import { makeTelemetryFilterString, Runtime } from '@temporalio/worker'
import type { LogLevel, LogMetadata } from '@temporalio/worker'
import type { Logger } from './log.ts'

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const

/** Sends what the SDK and its core have to say through our log; once in a process, before any worker. */
export function installRuntime(log: Logger): void {
  const write = (level: LogLevel, message: string, meta?: LogMetadata) => log[LEVELS[level]](harmless(meta), message)
  Runtime.install({
    logger: {
      log: write,
      trace: (message, meta) => write('TRACE', message, meta),
      debug: (message, meta) => write('DEBUG', message, meta),
      info: (message, meta) => write('DEBUG', message, meta),
      warn: (message, meta) => write('WARN', message, meta),
      error: (message, meta) => write('ERROR', message, meta),
    },
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
    shutdownSignals: [],
  })
}

/** Errors of activities are shown by message: their stacks may carry values. */
function harmless(meta: LogMetadata = {}): object {
  const { workflowId, runId, activityId, attempt, error } = meta as Record<string, unknown>
  return {
    workflowId,
    temporalRunId: runId,
    activityId,
    attempt,
    error: error instanceof Error ? error.message : undefined,
  }
}
