import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readSmallFile } from '../../../evidence/small-file.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { bornAt, isAlive } from './process-life.ts'
import type { ProcessLife } from './process-life.ts'

/** Takes the lock of a folder, also from a holder that was killed. Throws where another `up` holds it. */
export function takeLock(file: string): { release(): void } {
  const own: ProcessLife = { pid: process.pid, bornAt: bornAt(process.pid) ?? '' }
  const draft = `${file}.${own.pid}`
  try {
    writeFileSync(draft, JSON.stringify(own), { mode: 0o600 })
    while (!appears(draft, file)) setAside(file)
  } finally {
    rmSync(draft, { force: true })
  }
  return { release: () => rmSync(file, { force: true }) }
}

/** A link never replaces what is there: of two that try, one succeeds. */
function appears(draft: string, file: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Moves a stale lock away. Where another `up` was quicker, it is that one's lock which was moved: it goes back. */
function setAside(file: string): void {
  const before = holderOf(file)
  if (before !== undefined && isAlive(before)) throw held(before)
  const aside = `${file}.stale-${process.pid}`
  try {
    renameSync(file, aside)
  } catch {
    return
  }
  const moved = holderOf(aside)
  if (moved !== undefined && isAlive(moved)) appears(aside, file)
  rmSync(aside, { force: true })
}

function holderOf(file: string): ProcessLife | undefined {
  try {
    return JSON.parse(readSmallFile(file).toString('utf8')) as ProcessLife
  } catch {
    return undefined
  }
}

function held({ pid }: ProcessLife): OperatorError {
  return new OperatorError(
    'RP0108',
    `Runproof runs in this folder already, as process ${pid}`,
    `use it, or end it first: kill ${pid}`,
  )
}
