import type { Command } from 'commander'
import type { Add } from './program.ts'

/** Commands that start, follow, explain and answer runs. */
export function addRunCommands(program: Command, add: Add): void {
  const run = program
    .command('run <runbook> [inputs...]')
    .description('start a runbook and follow it; its inputs are options: run <runbook> --help lists them')
    .passThroughOptions()
    .helpOption('-h, --help', 'with a runbook before it: its inputs')
  add(run, async () => (await import('./run/run.ts')).run)

  addLooks(program, add)
  addAnswers(program, add)
}

function addLooks(program: Command, add: Add): void {
  const watch = program.command('watch <run>').description('follow a run until it is sealed')
  add(watch, async () => (await import('./run/watch.ts')).watch)

  const runs = program
    .command('runs')
    .description('list runs, newest first')
    .option('--limit <count>', 'how many', '20')
    .option('--json', 'as JSON')
  add<{ limit: string; json?: true }>(runs, async () => (await import('./runs.ts')).runs)

  const show = program
    .command('show <run>')
    .description('everything about a run: steps, facts, verdicts')
    .option('--json', 'as JSON')
  add<{ json?: true }>(show, async () => (await import('./show.ts')).show)

  const why = program
    .command('why <run>')
    .description('why a run ended, waits or was denied: the rule, what was observed, and what to do')
  add(why, async () => (await import('./why.ts')).why)
}

function addAnswers(program: Command, add: Add): void {
  for (const decision of ['approve', 'reject'] as const) {
    const vote = program
      .command(`${decision} <run>`)
      .description(`${decision} what a run asks`)
      .option('--role <role>', 'as whom, where several are asked')
      .option('--reason <text>', 'why; it stays on record')
      .option('--yes', 'do not ask again on a terminal')
    add<{ role?: string; reason?: string; yes?: true }>(vote, async () => (await import('./vote.ts'))[decision])
  }

  const cancel = program.command('cancel <run>').description('ask a run to end; what it left in force is told')
  add(cancel, async () => (await import('./cancel.ts')).cancel)
}
