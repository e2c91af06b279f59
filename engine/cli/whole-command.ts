import type { Command, Option } from 'commander'
import { echoed } from '../host/echo.ts'

/** How a command is typed: its name behind those that it stands below. */
export function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

/** A command as it was said, with a place for everything that is missing: so that it can be typed again at once. */
export function wholeCommand(command: Command): string {
  const { registeredArguments, args, options } = command
  const missing = registeredArguments.slice(args.length).filter(({ required }) => required)
  return [
    pathOf(command),
    ...args.map(typed),
    ...missing.map((argument) => `<${argument.name()}>`),
    ...options.flatMap((option) => givenWith(option, command)),
    ...options.filter((option) => isMissing(option, command)).map(asked),
  ].join(' ')
}

function isMissing(option: Option, command: Command): boolean {
  return option.mandatory && valueOf(option, command) === undefined
}

function asked({ flags }: Option): string {
  return flags.replace('<text>', '"…"')
}

function givenWith(option: Option, command: Command): string[] {
  const value = valueOf(option, command)
  if (value === undefined || command.getOptionValueSource(option.attributeName()) !== 'cli') return []
  const name = option.long ?? option.flags
  if (value === true) return [name]
  return [name, ...[value].flat().map((one) => typed(`${one}`))]
}

/** A word as it is typed again: what a shell would read otherwise stands between quotes. */
export function typed(word: string): string {
  const said = echoed(word)
  return /^[\w@%+=:,./-]+$/.test(said) ? said : `'${said.replaceAll("'", "'\\''")}'`
}

function valueOf(option: Option, command: Command): string | true | string[] | undefined {
  return command.getOptionValue(option.attributeName()) as string | true | string[] | undefined
}
