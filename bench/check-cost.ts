import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeCheckCatalogue } from './check-catalogue.ts'
import type { CheckCost } from './check-process.ts'
import type { Figure } from './figure.ts'
import { say } from './say.ts'
import { spread } from './statistics.ts'

const RUNBOOKS = 1000
const ROUNDS = 3
const PROCESS = fileURLToPath(new URL('check-process.ts', import.meta.url))
const run = promisify(execFile)

/** What `check` takes for many runbooks, against the YAML library that only parses them; each in a process of its own, in turn. */
export async function measureCheck(): Promise<Figure[]> {
  const into = await mkdtemp(join(tmpdir(), 'runproof-check-'))
  try {
    const folder = await writeCheckCatalogue(into, RUNBOOKS)
    const costs = { parse: [] as CheckCost[], check: [] as CheckCost[] }
    for (let round = 1; round <= ROUNDS; round += 1) {
      say(`check of ${RUNBOOKS} runbooks: round ${round} of ${ROUNDS}`)
      costs.parse.push(await cost('parse', folder))
      costs.check.push(await cost('check', folder))
    }
    return figuresOf(costs)
  } finally {
    await rm(into, { recursive: true, force: true })
  }
}

/** Throws where a generated runbook has a mistake: what is measured would not be a check. */
async function cost(mode: 'parse' | 'check', folder: string): Promise<CheckCost> {
  const { stdout, stderr } = await run(process.execPath, [PROCESS, mode, folder])
  const found = JSON.parse(stdout) as CheckCost
  if (found.errors > 0) throw new Error(`the generated catalogue has ${found.errors} mistakes: ${stderr}`)
  return found
}

function figuresOf({
  parse,
  check,
}: {
  readonly parse: readonly CheckCost[]
  readonly check: readonly CheckCost[]
}): Figure[] {
  const measured = `${ROUNDS} processes, ${RUNBOOKS} runbooks of 30 steps`
  const parsed = spread(parse.map(({ ms }) => ms))
  const checked = spread(check.map(({ ms }) => ms))
  return [
    { name: 'YAML library alone', unit: 'ms', p50: parsed.p50, measured },
    { name: '`check`', unit: 'ms', p50: checked.p50, measured },
    { name: '`check` ÷ YAML library alone', unit: '×', p50: checked.p50 / parsed.p50, measured: 'ratio of the two' },
    { name: 'memory of `check`, peak', unit: 'MB', p50: spread(check.map(({ peakMb }) => peakMb)).p50, measured },
    {
      name: 'memory of the YAML library, peak',
      unit: 'MB',
      p50: spread(parse.map(({ peakMb }) => peakMb)).p50,
      measured,
    },
  ]
}
