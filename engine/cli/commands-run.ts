import type { Command } from 'commander'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

interface Viewed {
  readonly json?: true
}

/** Commands that start, follow, explain and end runs. */
export function addRunCommands(program: Command, add: Add): void {
  const run = program
    .command('run <runbook> [inputs...]')
    .description('start a runbook and follow it; its inputs are options: run <runbook> --help lists them')
    .passThroughOptions()
    .helpOption('-h, --help', 'with a runbook before it: its inputs')
  add<{ folder?: string }>(run, async () => (await import('./run/run.ts')).run)

  const watch = viewing(program.command('watch <run>')).description('follow a run until it is sealed')
  add<Viewed>(watch, async () => (await import('./run/watch.ts')).watch)

  addLooks(program, add)
  addHands(program, add)
}

function addLooks(program: Command, add: Add): void {
  const runs = viewing(program.command('runs'))
    .description('list runs: all that are under way, then those that ended, newest first')
    .option('--limit <count>', 'how many that ended', '20')
  add<Viewed & { limit: string }>(runs, async () => (await import('./runs.ts')).runs)

  const show = viewing(program.command('show <run>')).description('everything about a run: steps, facts, verdicts')
  add<Viewed>(show, async () => (await import('./show.ts')).show)

  const why = viewing(program.command('why <run>')).description(
    'why a run ended, waits or was denied: the rule, what was observed, and what to do',
  )
  add<Viewed>(why, async () => (await import('./why.ts')).why)
}

function addHands(program: Command, add: Add): void {
  const pause = program
    .command('pause <run>')
    .description('let a run begin no further step; what is in hand is finished')
    .requiredOption('--reason <text>', 'why; it stays on record')
  add<{ reason: string }>(pause, async () => (await import('./pause.ts')).pause)

  const resume = program
    .command('resume <run>')
    .description('let a paused run go on')
    .requiredOption('--reason <text>', 'why; it stays on record')
  add<{ reason: string }>(resume, async () => (await import('./pause.ts')).resume)

  const cancel = program.command('cancel <run>').description('ask a run to end; what it left in force is told')
  add(cancel, async () => (await import('./cancel.ts')).cancel)
}
