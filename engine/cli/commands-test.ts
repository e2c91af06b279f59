import type { Command } from 'commander'
import type { Init } from './commands/init.ts'
import type { Testing } from './commands/test.ts'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

/** Commands that make a catalogue and try it on recorded facts: without `--lab` no server, and nothing outside. */
export function addTestCommands(program: Command, add: Add): void {
  const test = viewing(program.command('test [runbook]'))
    .description('try the scenarios of the catalogue, or of one runbook')
    .option('--lab', 'also play those that are `against: lab`, on a practice platform with real servers')
    .option('--mutate', 'also change rules and runbooks, and tell which changes no scenario notices')
    .option('--filter <text>', 'only scenarios whose id has this text')
  add<Testing>(test, async () => (await import('./commands/test.ts')).test)

  const init = viewing(program.command('init [dir]')).description(
    'make a small catalogue with a runbook, a rule and scenarios that pass',
  )
  add<Init>(init, async () => (await import('./commands/init.ts')).init)
}
