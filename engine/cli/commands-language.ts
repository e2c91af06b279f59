import { Option } from 'commander'
import type { Command } from 'commander'
import type { Formats } from './check.ts'
import type { Add } from './program.ts'
import { viewing } from './viewing.ts'

/** Commands about the catalogue: nothing of it is carried out. */
export function addLanguageCommands(program: Command, add: Add): void {
  const check = program
    .command('check [paths...]')
    .description('find every mistake in the catalogue, in a folder, or in some of its files')
    .addOption(
      new Option('--output <form>', 'in which form')
        .choices(['text', 'json'])
        .default('text')
        .conflicts(['sarif', 'junit']),
    )
    .addOption(new Option('--json', 'as JSON: the same as --output json').conflicts(['sarif', 'junit']))
    .addOption(new Option('--sarif', 'as SARIF 2.1.0, for code scanning').conflicts('junit'))
    .option('--junit', 'as JUnit XML, for test reports')
  add<Formats>(check, async () => (await import('./check.ts')).check)

  const plan = viewing(program.command('plan <runbook> [inputs...]'))
    .description(
      'show what a runbook would do and which rules guard it; with inputs as options, also as it would be now',
    )
    .option('--live', 'take readings and judge rules now, without any effect; not evidence')
    .option('--diff <run|digest|file>', 'what changed since another Plan of it: rules, policy, steps, contracts')
    .allowUnknownOption()
  add<{ json?: true; diff?: string; live?: true }>(plan, async () => (await import('./plan/plan.ts')).plan)

  const prove = viewing(program.command('prove [runbook]')).description(
    'where each rule binds, what is settled on all paths, and what remains for the run; exits 1 if one binds to nothing',
  )
  add<{ json?: true }>(prove, async () => (await import('./prove.ts')).prove)

  const fmt = program
    .command('fmt [files...]')
    .description('write YAML files in one way, keeping comments; without names, the whole catalogue')
    .option('--check', 'change nothing: print the files that differ, and exit 1 if there are any')
  add<{ check?: true }>(fmt, async () => (await import('./fmt.ts')).fmt)

  const schema = program
    .command('schema [kind]')
    .description('print the JSON Schema of a kind of file, for editors; without one, the kinds')
  add(schema, async () => (await import('./schema.ts')).schema)

  const explain = viewing(program.command('explain <code>')).description('explain an error: RB…, EV… or RP…')
  add<{ json?: true }>(explain, async () => (await import('./explain.ts')).explain)
}
