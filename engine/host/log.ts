import { pino } from 'pino'
import type { Logger } from 'pino'
import pretty from 'pino-pretty'

export type { Logger }

/** Fields whose values never reach a log, wherever they stand (G30; the second net). */
const SECRET_FIELDS = ['token', 'authorization', 'password', 'secret', 'cookie']

/** The log of one process: readable on a terminal, JSON lines elsewhere; always on standard error. */
export function openLog(name: string, { level = 'info' }: { level?: string } = {}): Logger {
  const redact = {
    paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
    censor: '[redacted]',
  }
  const options = { name, level, redact, base: { name }, timestamp: pino.stdTimeFunctions.isoTime }
  if (!process.stderr.isTTY) return pino(options, pino.destination({ dest: 2, sync: true }))
  return pino(options, pretty({ destination: 2, sync: true, ignore: 'name', translateTime: 'SYS:HH:MM:ss' }))
}
