import { parseArgs } from 'node:util'
import { measureAlerts } from './alert-latency.ts'
import { measureBundles } from './bundle-size.ts'
import { measureCheck } from './check-cost.ts'
import { Closing } from './closing.ts'
import type { Figure } from './figure.ts'
import { describeMachine, loadNow } from './machine.ts'
import { measureCpu } from './run-cpu.ts'
import { openRuns } from './runs.ts'
import { say } from './say.ts'
import { openStage } from './stage.ts'
import type { Stage } from './stage.ts'
import { measureSteps } from './step-cost.ts'
import { measureWaiting } from './waiting-runs.ts'
import { tableOf } from './table.ts'
import type { Report } from './table.ts'

/** Measures Runproof on real servers and prints one table, or JSON with `--json`; with `--language` only what needs no server, with `--steps` or `--waiting` only that part. */
async function main(): Promise<void> {
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({ options: { json: flag, language: flag, waiting: flag, steps: flag } })
  const closing = new Closing()
  closeWhenTold(closing)
  try {
    const report = await (values.language ? measureLanguage() : measure(closing, values))
    process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report))
  } catch (error) {
    say(`the bench failed: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  }
  await closing.all()
}

function closeWhenTold(closing: Closing): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      say('interrupted')
      void closing.all().then(() => process.exit(130))
    })
}

async function measureLanguage(): Promise<Report> {
  const load = loadNow()
  const figures = await measureCheck()
  return { at: new Date().toISOString(), machine: describeMachine(load, { Node: process.versions.node }), figures }
}

async function measure(closing: Closing, only: Only): Promise<Report> {
  const load = loadNow()
  const stage = await openStage(closing)
  const figures = await measureOn(stage, only)
  return { at: new Date().toISOString(), machine: describeMachine(load, stage.versions), figures }
}

/** One part alone, where it was asked for. */
interface Only {
  readonly waiting: boolean
  readonly steps: boolean
}

async function measureOn(stage: Stage, { waiting, steps }: Only): Promise<Figure[]> {
  if (waiting) return measureWaiting(stage)
  return steps ? measureSteps(stage, await openRuns(stage)) : measureAll(stage)
}

async function measureAll(stage: Stage): Promise<Figure[]> {
  const carryOut = await openRuns(stage)
  const steps = await measureSteps(stage, carryOut)
  const alerts = await measureAlerts(stage)
  const cpu = await measureCpu(stage, carryOut)
  const bundles = await measureBundles(stage, alerts.bundles)
  const check = await measureCheck()
  return [...steps, ...alerts.figures, ...cpu, ...bundles, ...check]
}

await main()
// Temporal's connection would keep this process alive.
process.exit()
