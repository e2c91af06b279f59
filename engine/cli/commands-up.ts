import type { Command } from 'commander'
import type { Add } from './program.ts'

/** Commands that put an installation up, and stop effects in an emergency. */
export function addUpCommands(program: Command, add: Add): void {
  const up = program
    .command('up')
    .description('start Temporal, worker, sealing process and HTTP server for this folder, until Ctrl-C')
    .option('--verbose', 'print the command line of Temporal')
  add<{ verbose?: true }>(up, async () => (await import('./up/up.ts')).up)

  const stop = program
    .command('stop')
    .description('emergency stop: no effect from now on, everywhere or where the options say')
    .option('--run <id>', 'effects of this run only')
    .option('--environment <name>', 'effects on this environment only')
    .option('--effect <name>', 'this effect, and those below it, only')
    .requiredOption('--reason <text>', 'why; it stays on record')
  add<{ reason: string }>(stop, async () => (await import('./stop.ts')).stop)

  const release = program
    .command('release <stop>')
    .description('end an emergency stop')
    .requiredOption('--reason <text>', 'why; it stays on record')
  add<{ reason: string }>(release, async () => (await import('./stop.ts')).release)
}
