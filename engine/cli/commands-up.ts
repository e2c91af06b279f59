import type { Command } from 'commander'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

/** Commands that put an installation up, look after it, and stop effects in an emergency. */
export function addUpCommands(program: Command, add: Add): void {
  const up = program
    .command('up')
    .description('start Temporal, worker, sealing process and HTTP server for this folder, until Ctrl-C')
    .option('--verbose', 'print the command line of Temporal')
  add<{ verbose?: true }>(up, async () => (await import('./up/up.ts')).up)

  addProcesses(program, add)
  addStops(program, add)

  const doctor = viewing(program.command('doctor')).description(
    'find what is wrong with this installation, and print the command that mends it',
  )
  add<{ json?: true }>(doctor, async () => (await import('./doctor/doctor.ts')).doctor)
}

/** Where Temporal is elsewhere, each process of an installation can be run, and multiplied, alone. */
function addProcesses(program: Command, add: Add): void {
  const alone = 'alone, until Ctrl-C; Temporal is the one of TEMPORAL_ADDRESS, or of the `up` of this folder'
  const worker = program.command('worker').description(`run a worker, which carries out runs, ${alone}`)
  add(worker, async () => (await import('./up/alone.ts')).worker)
  const sealer = program.command('sealer').description(`run the sealing process, which signs evidence, ${alone}`)
  add(sealer, async () => (await import('./up/alone.ts')).sealer)
  const serve = program
    .command('serve')
    .description(`run the HTTP server, which takes alerts and keeps schedules, ${alone}`)
  add(serve, async () => (await import('./up/alone.ts')).serve)
}

function addStops(program: Command, add: Add): void {
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
