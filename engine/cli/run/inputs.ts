import { Command, CommanderError } from 'commander'
import type { InputPlan, Plan } from '../../../schemas/plan.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import { describeType } from '../../core/cel.ts'
import { echoed } from '../../host/echo.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { checkInputs } from '../../host/run-inputs.ts'
import { readableHelp } from '../help.ts'
import { saidOnce } from '../said-once.ts'
import { say } from '../terminal.ts'
import { viewing } from '../viewing.ts'

/** With what a run is started. */
export interface StartOptions {
  readonly inputs: JsonObject
  readonly reason?: string
  /** The run is started, and not followed. */
  readonly detach: boolean
  readonly json: boolean
}

/** Reads a runbook's inputs from options that are named after them; what is missing or wrong is told with the usage of the verb. */
export function startOptions(plan: Plan, args: readonly string[], verb: 'run' | 'plan' = 'run'): StartOptions {
  const typed = `runproof ${verb} ${plan.runbook.id}`
  const command = commandOf(plan, typed)
  parse(command, args, `${typed} ${exampleOf(plan)}`)
  const { reason, detach, json, output } = command.opts<Given>()
  const checked = checkInputs(plan, givenTo(plan, command))
  if ('inputs' in checked)
    return {
      inputs: checked.inputs,
      ...(reason === undefined ? {} : { reason }),
      detach: detach === true,
      json: json === true || output === 'json',
    }
  say(command.helpInformation())
  throw new OperatorError('RP0003', checked.problems.join('; '), `${typed} ${exampleOf(plan)}`)
}

/** What stands alone is no input; every other mistake is told with the help of this runbook. */
function parse(command: Command, args: readonly string[], example: string): void {
  try {
    command.parse([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError) || error.exitCode === 0) throw error
    const [alone = ''] = command.args
    if (error.code === 'commander.excessArguments')
      throw new OperatorError('RP0003', `\`${echoed(alone)}\` is no option: inputs are given by their names`, example)
    const { exitCode, code, message } = error
    throw Object.assign(new CommanderError(exitCode, code, message), { help: `${command.name()} --help` })
  }
}

interface Given {
  readonly reason?: string
  readonly detach?: true
  readonly json?: true
  readonly output?: string
}

/** A command of its own for each runbook, so that usage and suggestions are its. */
function commandOf({ runbook, inputs }: Plan, typed: string): Command {
  refuseReserved(inputs)
  const command = readableHelp(new Command(typed))
    .description(runbook.title)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false)
  for (const [name, input] of Object.entries(inputs)) command.option(`--${flagOf(name)} <value>`, describe(input))
  if (inputs['reason'] === undefined) command.option('--reason <text>', 'why; it stays on record')
  viewing(command)
    .option('--detach', 'start it, and do not follow it')
    .option('--folder <dir>', 'working folder (default: this one)')
    .option('--debug', 'show the stack of an error')
  saidOnce(command, { code: 'RP0003', mayBeEmpty: Object.keys(inputs) })
  return command
}

/** `reason` is none: where a runbook has such an input, its value is the reason of the start too. */
const RESERVED = ['folder', 'debug', 'help', 'detach', 'json', 'output']

/** Whether an input of this name cannot be given on a command line, since every run has such an option. */
export function isReserved(name: string): boolean {
  return RESERVED.includes(name)
}

function refuseReserved(inputs: Plan['inputs']): void {
  const [taken] = Object.keys(inputs).filter(isReserved)
  if (taken === undefined) return
  throw new OperatorError(
    'RP0003',
    `the input \`${taken}\` cannot be given here: \`--${taken}\` is an option of every run`,
    'rename the input in the runbook',
  )
}

function describe({ type, default: preset, text }: InputPlan): string {
  const need = preset === undefined ? 'required' : `default ${JSON.stringify(preset)}`
  return `${text === undefined ? '' : `${text}; `}${describeType(type)}; ${need}`
}

/** Commander knows options in camelCase, as inputs are named. */
function givenTo({ inputs }: Plan, command: Command): Record<string, string> {
  const options = command.opts<Record<string, string | undefined>>()
  return Object.fromEntries(
    Object.keys(inputs).flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  )
}

function exampleOf({ inputs }: Plan): string {
  const required = Object.entries(inputs).filter(([, input]) => input.default === undefined)
  return required.map(([name]) => `--${flagOf(name)} <${name}>`).join(' ')
}

/** The option by which an input is given, without its dashes. */
export function flagOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
