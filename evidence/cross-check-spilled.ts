import type { AttestedFact } from '../schemas/run.ts'
import { digestOf } from './digest.ts'
import { parseEffect, parseEffectName } from './effects.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { isReading } from './record.ts'
import type { RunRecord } from './record.ts'

const SPILLED = /^spilled-([0-9a-f]{64})\.json$/
const DIGEST = /sha256:[0-9a-f]{64}/

/** A value that was too large to travel lies in a file that is named after its digest, and is there where one was left out. */
export function checkSpilled(run: RunRecord): Finding[] {
  const { intake } = run
  const renamed = [...intake].filter(([name, bytes]) => isOther(SPILLED.exec(name)?.[1], bytes))
  const absent = leftOut(run).filter(([, digest]) => !intake.has(`spilled-${digest.slice('sha256:'.length)}.json`))
  return [
    ...renamed.map(([name]) => contradiction(`${name} is not what it is named after`)),
    ...absent.map(([what, digest]) => gap(`${what} was too large, and ${digest} was not kept`)),
  ]
}

function isOther(digest: string | undefined, bytes: Buffer): boolean {
  return digest !== undefined && digestOf(bytes) !== `sha256:${digest}`
}

/** What was left out, and under which digest it was kept. */
function leftOut({ history, intake }: RunRecord): [string, string][] {
  const readings = history.activities.filter(isReading).flatMap(({ activityId, result }): [string, string][] => {
    const digest = digestIn(result)
    return digest === undefined ? [] : [[activityId, digest]]
  })
  const receipts = [...intake].flatMap(([name, bytes]): [string, string][] => {
    const digest = parseEffectName(name)?.kind === 'receipt' ? spilledBy(bytes, name) : undefined
    return digest === undefined ? [] : [[name, digest]]
  })
  return [...readings, ...receipts]
}

function digestIn({ record: { unknown } }: AttestedFact): string | undefined {
  return unknown?.reason === 'too-large' ? DIGEST.exec(unknown.detail)?.[0] : undefined
}

/** A receipt without output whose read-back is a digest and a size. Whatever cannot be read is found elsewhere. */
function spilledBy(bytes: Buffer, name: string): string | undefined {
  try {
    const { output, readBack } = parseEffect('receipt', bytes, name)
    const { digest, size } = (readBack ?? {}) as { digest?: unknown; size?: unknown }
    const isSpilled = Object.keys(output ?? {}).length === 0 && typeof digest === 'string' && typeof size === 'number'
    return isSpilled && DIGEST.test(digest) ? digest : undefined
  } catch {
    return undefined
  }
}
