import { readFileSync } from 'node:fs'

/** One process, told from a later one that got the same number. */
export interface ProcessLife {
  readonly pid: number
  /** The system's tick at which it began. */
  readonly bornAt: string
}

/** When a process began; undefined where there is none. */
export function bornAt(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Is this very process still there? */
export function isAlive({ pid, bornAt: then }: ProcessLife): boolean {
  return then !== '' && bornAt(pid) === then
}
