import { Command, CommanderError } from 'commander'
import { addTryingCommands } from './commands-try.ts'
import { addAnswerCommands } from './commands-answers.ts'
import { addEvidenceCommands } from './commands-evidence.ts'
import { addLanguageCommands } from './commands-language.ts'
import { addRunCommands } from './commands-run.ts'
import { addTestCommands } from './commands-test.ts'
import { addUpCommands } from './commands-up.ts'
import { refuseArguments } from './arguments.ts'
import type { Exit } from './exit.ts'
import { EXIT } from './exit.ts'
import { folderOf } from './folder.ts'
import { readableHelp } from './help.ts'
import { saidOnce } from './said-once.ts'
import { version } from './version.ts'
import { pathOf, wholeCommand } from './whole-command.ts'
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
  const program = commandsOf((code) => (exit = code))
  if (args.length === 0) program.help()
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    throw 'help' in Object(error) ? error : withCommand(error, commandIn(program, args))
  }
  return exit
}

/** Every command there is; each hands over its exit code. */
export function commandsOf(ended: (exit: Exit) => void): Command {
  const program = readableHelp(new Command('runproof'))
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
      refuseArguments(command)
      const options = withForm(command.optsWithGlobals<{ folder?: string }>())
      ended(await (await carry())({ folder: folderOf(options.folder), args: command.args, options: options as never }))
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
  saidOnce(withGlobals(program))
  return program
}

/** The command that the arguments name, as far as they do. */
function commandIn(program: Command, args: readonly string[]): Command {
  const below = args.flatMap((arg) => program.commands.find((command) => command.name() === arg) ?? [])[0]
  return below === undefined ? program : commandIn(below, args.slice(args.indexOf(below.name()) + 1))
}

/** A mistake in the command line, with the command whose help tells what is right. */
function withCommand(error: unknown, command: Command): unknown {
  if (!(error instanceof CommanderError) || error.exitCode === 0) return error
  const path = pathOf(command)
  const below = command.commands.map((one) => one.name()).join(', ')
  const message = error.code === 'commander.help' ? `\`${path}\` is said with one of: ${below}` : error.message
  const help = error.code === 'commander.missingMandatoryOptionValue' ? wholeCommand(command) : `${path} --help`
  return Object.assign(new CommanderError(error.exitCode, error.code, message), { help })
}

/** They may stand before or after the command's name. */
function withGlobals(command: Command): Command {
  return command
    .option('--folder <dir>', 'working folder, with runproof.yaml and .runproof/ (default: this one)')
    .option('--debug', 'show the stack of an error')
}
