import { Command } from 'commander'
import { addTryingCommands } from './commands-try.ts'
import { addAnswerCommands } from './commands-answers.ts'
import { addEvidenceCommands } from './commands-evidence.ts'
import { addLanguageCommands } from './commands-language.ts'
import { addRunCommands } from './commands-run.ts'
import { addTestCommands } from './commands-test.ts'
import { addUpCommands } from './commands-up.ts'
import type { Exit } from './exit.ts'
import { EXIT } from './exit.ts'
import { folderOf } from './folder.ts'
import { version } from './version.ts'
import { withForm } from './viewing.ts'

/** What a command gets: the working folder, its arguments and its options. */
export interface Call<O = Record<string, never>> {
  readonly folder: string
  readonly args: readonly string[]
  readonly options: O
}

/** Carries out a command; loaded only when it is called. */
export type Carry<O> = () => Promise<(call: Call<O>) => Promise<Exit>>

/** Adds one command to a program. */
export type Add = <O>(command: Command, carry: Carry<O>) => Command

/** Parses the arguments, carries out the command that they name, and answers with its exit code. */
export async function programOf(args: readonly string[]): Promise<Exit> {
  let exit: Exit = EXIT.ok
  const program = new Command('runproof')
    .description(
      'Runbooks as guarded programs: typed YAML, rules checked at the moment of the effect, signed evidence.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .enablePositionalOptions()
    .helpCommand(false)
  const add: Add = (command, carry) =>
    withGlobals(command).action(async () => {
      const options = withForm(command.optsWithGlobals<{ folder?: string }>())
      exit = await (await carry())({ folder: folderOf(options.folder), args: command.args, options: options as never })
    })
  for (const addTo of [
    addUpCommands,
    addRunCommands,
    addAnswerCommands,
    addLanguageCommands,
    addTestCommands,
    addTryingCommands,
    addEvidenceCommands,
  ])
    addTo(program, add)
  if (args.length === 0) program.help()
  await withGlobals(program).parseAsync(args, { from: 'user' })
  return exit
}

/** They may stand before or after the command's name. */
function withGlobals(command: Command): Command {
  return command
    .option('--folder <dir>', 'working folder, with runproof.yaml and .runproof/ (default: this one)')
    .option('--debug', 'show the stack of an error')
}
