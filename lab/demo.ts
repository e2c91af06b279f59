import { parseArgs } from 'node:util'
import { Cleanup } from './demo/cleanup.ts'
import { goodRollback, migrationInBetween } from './demo/scenes.ts'
import { openStage } from './demo/stage.ts'
import type { Stage } from './demo/stage.ts'
import { headline, say } from './demo/words.ts'

/**
 * The whole of Runproof once, on real servers: a bad promotion is rolled back because of an alert, and then a rollback is refused
 * because a migration landed between the decision and the effect. Uses only the CLI and HTTP.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } })
  const cleanup = new Cleanup()
  try {
    const stage = await Promise.race([play(cleanup), cleanup.interruption])
    if (stage === undefined) throw new Error('interrupted')
    headline('Done')
    say(`evidence of both runs: ${stage.evidence}`)
    if (values.keep) await keepRunning(stage.folder, stage.temporalUi, cleanup)
    else say('look around while it runs: npm run demo -- --keep')
    await cleanup.all()
  } catch (error) {
    say(
      cleanup.interrupted
        ? 'interrupted'
        : `the demo failed: ${error instanceof Error ? error.message : String(error)}`,
    )
    await cleanup.all()
    await cleanup.forget()
    process.exitCode = cleanup.interrupted ? 130 : 1
  }
}

async function play(cleanup: Cleanup): Promise<Stage> {
  const stage = await openStage(cleanup)
  await goodRollback(stage)
  await migrationInBetween(stage)
  return stage
}

async function keepRunning(folder: string, temporalUi: string, cleanup: Cleanup): Promise<void> {
  say(`everything keeps running; Temporal shows the runs at ${temporalUi}`)
  say(`try:  cd ${folder} && npx runproof runs`)
  say('Ctrl-C ends it')
  await cleanup.interruption
}

await main()
process.exit()
