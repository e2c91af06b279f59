import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where the figures come from: they mean nothing without it. */
export interface Machine {
  readonly cores: number
  readonly cpu: string
  readonly memoryGb: number
  readonly system: string
  /** Work that others did meanwhile shows here: the average of the last minute. */
  readonly load: { readonly before: number; readonly after: number }
  readonly versions: Readonly<Record<string, string>>
}

/** Describes this machine, after the measurement. */
export function describeMachine(before: number, versions: Readonly<Record<string, string>>): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    load: { before, after: loadNow() },
    versions,
  }
}

/** The load average of the last minute. */
export function loadNow(): number {
  return loadavg()[0] ?? 0
}
