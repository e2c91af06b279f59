import type { Command } from 'commander'
import type { Add } from './program.ts'

/** Commands about the catalogue: nothing of it is carried out. */
export function addLanguageCommands(program: Command, add: Add): void {
  const check = program
    .command('check [paths...]')
    .description('find every mistake in the catalogue, in a folder, or in some of its files')
    .option('--json', 'as JSON')
  add<{ json?: true }>(check, async () => (await import('./check.ts')).check)

  const plan = program
    .command('plan <runbook>')
    .description('show what a runbook would do, and which rules guard it')
    .option('--json', 'the canonical JSON whose SHA-256 is the digest of the Plan')
  add<{ json?: true }>(plan, async () => (await import('./plan.ts')).plan)

  const explain = program.command('explain <code>').description('explain an error: RB…, EV… or RP…')
  add(explain, async () => (await import('./explain.ts')).explain)
}
