import { Option } from 'commander'
import type { Command } from 'commander'
import type { Formats } from './check.ts'
import type { Add } from './program.ts'

/** Commands about the catalogue: nothing of it is carried out. */
export function addLanguageCommands(program: Command, add: Add): void {
  const check = program
    .command('check [paths...]')
    .description('find every mistake in the catalogue, in a folder, or in some of its files')
    .addOption(new Option('--json', 'as JSON').conflicts(['sarif', 'junit']))
    .addOption(new Option('--sarif', 'as SARIF 2.1.0, for code scanning').conflicts('junit'))
    .option('--junit', 'as JUnit XML, for test reports')
  add<Formats>(check, async () => (await import('./check.ts')).check)

  const plan = program
    .command('plan <runbook>')
    .description('show what a runbook would do, and which rules guard it')
    .option('--json', 'the canonical JSON whose SHA-256 is the digest of the Plan')
  add<{ json?: true }>(plan, async () => (await import('./plan.ts')).plan)

  const schema = program
    .command('schema [kind]')
    .description('print the JSON Schema of a kind of file, for editors; without one, the kinds')
  add(schema, async () => (await import('./schema.ts')).schema)

  const explain = program.command('explain <code>').description('explain an error: RB…, EV… or RP…')
  add(explain, async () => (await import('./explain.ts')).explain)
}
