import { parseArgs } from 'node:util'
import { Closing } from '../closing.ts'
import { say } from '../say.ts'
import { openField } from './field.ts'
import type { Field } from './field.ts'
import { judge } from './judge.ts'
import { killAtRandom } from './kills.ts'
import type { Kills } from './kills.ts'
import { startRuns } from './load.ts'
import { reportOf } from './report.ts'
import type { ChaosReport } from './report.ts'

const USAGE = 'npm run chaos [-- --kills <n> --runs <n> --seed <n>]'

interface Plan {
  readonly kills: number
  readonly runs: number
  readonly seed: number
}

/** Kills processes at random while runs with effects are under way, and says what became of the runs; exits 1 where a promise was broken. */
async function main(): Promise<void> {
  const plan = planOf()
  const closing = new Closing()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void closing.all().then(() => process.exit(130)))
  try {
    const report = await chaos(plan, await openField(closing))
    process.stdout.write(reportOf(report))
    if (report.broken.length > 0) process.exitCode = 1
  } catch (error) {
    say(`chaos failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
  await closing.all()
}

function planOf(): Plan {
  const options = {
    kills: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  } as const
  const { values } = parseArgs({ options })
  const plan = { kills: Number(values.kills), runs: Number(values.runs), seed: Number(values.seed) }
  if (Object.values(plan).every((count) => Number.isSafeInteger(count) && count >= 0)) return plan
  throw new Error(`each of these is a whole number: ${USAGE}`)
}

/** The runs go on until both are over: a kill must find something to break. */
async function chaos({ kills, runs, seed }: Plan, field: Field): Promise<ChaosReport> {
  const began = performance.now()
  const load = await startRuns(field, runs)
  const killed = await killAtRandom(field, { kills, runs, seed, ended: () => load.endedSoFar() })
  say(`${totalOf(killed.kills)} kills are done; everything stays up from now on`)
  const ends = await load.ended()
  const verdict = await judge(field, ends)
  return { seed, runs: ends.length, ...killed, seconds: (performance.now() - began) / 1000, ...verdict }
}

function totalOf(kills: Kills): number {
  return Object.values(kills).reduce((sum, count) => sum + count, 0)
}

await main()
// Temporal's connection would keep this process alive.
process.exit()
