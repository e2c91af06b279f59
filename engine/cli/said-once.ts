import type { Command, Option } from 'commander'
import { OperatorError } from '../host/operator-error.ts'

/** What a mistake is called, and which options may be given with nothing in them. */
interface Saying {
  readonly code?: 'RP0002' | 'RP0003'
  readonly mayBeEmpty?: readonly string[]
}

/**
 * Lets no option of a command, or of those below it, be said twice: one of two values would not count, and nobody would know which.
 * Nor with nothing: that is mostly a variable of a script that was not set. What was said is not repeated: it may be a secret.
 */
export function saidOnce(command: Command, { code = 'RP0002', mayBeEmpty = [] }: Saying = {}): void {
  const said = new Set<string>()
  for (const one of withThoseBelow(command))
    for (const option of one.options.filter(takesOneValue))
      one.on(`option:${option.name()}`, (value: string) => {
        if (said.has(option.name())) throw twice(option, code)
        if (value.trim() === '' && !mayBeEmpty.includes(option.attributeName())) throw nothing(option, code)
        said.add(option.name())
      })
}

function withThoseBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap((below) => withThoseBelow(below))]
}

/** An option with a parser of its own collects what is said. */
function takesOneValue({ required, variadic, parseArg, argChoices }: Option): boolean {
  return required && !variadic && (parseArg === undefined || argChoices !== undefined)
}

function twice(option: Option, code: string): OperatorError {
  const name = `\`--${option.name()}\``
  return new OperatorError(code, `${name} is given twice, and only one of them would count`, `give ${name} once`)
}

function nothing(option: Option, code: string): OperatorError {
  return new OperatorError(
    code,
    `\`--${option.name()}\` is given with nothing behind it`,
    `write it so: ${option.flags}`,
  )
}
