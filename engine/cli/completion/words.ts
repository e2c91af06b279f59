import { Command } from 'commander'
import type { Argument, Option } from 'commander'
import { CODES as OF_EVIDENCE } from '../../../evidence/codes.ts'
import { CODES as OF_LANGUAGE } from '../../diagnostics/catalogue/index.ts'
import { SCHEMAS } from '../../language/json-schema/index.ts'
import { CODES as OF_COMMANDS } from '../codes.ts'
import { viewing } from '../viewing.ts'

/** A word that can be typed, and what it does. */
export interface Word {
  readonly word: string
  readonly says: string
}

/** An option; with `values` it takes one: one of these, or where there are none any, such as a file. */
export interface OptionWord extends Word {
  readonly values?: readonly string[]
}

/** What is asked for when it is wanted, since only the folder knows it. */
export const ASKED = ['runbook', 'run'] as const

/** What an argument is: one of some words, a runbook, a run, anything such as a file, or there is none. */
export type Expected = readonly Word[] | (typeof ASKED)[number] | 'any' | 'none'

/** Whether it is asked for when it is wanted. */
export function isAsked(expected: Expected): expected is (typeof ASKED)[number] {
  return expected === 'runbook' || expected === 'run'
}

/** What can stand behind a command's name. */
export interface Completed {
  /** `evidence verify`; empty for `runproof` alone. */
  readonly path: string
  readonly options: readonly OptionWord[]
  /** Directly behind the name: a command below it, or its first argument. */
  readonly first: Expected
  /** Behind that. */
  readonly rest: 'any' | 'none'
}

/** The shells that there are scripts for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Every command of a program with what can stand behind it, the longest names first. */
export function completedOf(program: Command): Completed[] {
  return walk(program, []).sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1))
}

function walk(command: Command, path: readonly string[]): Completed[] {
  const [first, ...rest] = command.registeredArguments.filter((argument) => !areInputs(argument))
  const below = command.commands.map((one) => ({ word: one.name(), says: one.description() }))
  const own: Completed = {
    path: path.join(' '),
    options: optionsOf(command).map(optionWord),
    first: below.length > 0 ? below : expectedOf(first),
    rest: first?.variadic === true || rest.length > 0 ? 'any' : 'none',
  }
  return [own, ...command.commands.flatMap((one) => walk(one, [...path, one.name()]))]
}

/** The inputs of a runbook are options, which only its Plan knows. */
function areInputs(argument: Argument): boolean {
  return argument.name() === 'inputs'
}

/** Arguments that are one of some words. */
const WORDS: Readonly<Record<string, () => Word[]>> = {
  shell: () => SHELLS.map((word) => ({ word, says: 'a shell' })),
  kind: () => Object.entries(SCHEMAS).map(([word, { files }]) => ({ word, says: files })),
  code: () => [OF_LANGUAGE, OF_EVIDENCE, OF_COMMANDS].flatMap(titled),
}

function titled(codes: Readonly<Record<string, { readonly title: string }>>): Word[] {
  return Object.entries(codes).map(([word, { title }]) => ({ word, says: title }))
}

function expectedOf(argument: Argument | undefined): Expected {
  if (argument === undefined) return 'none'
  const words = WORDS[argument.name()]
  return words?.() ?? ASKED.find((asked) => asked === argument.name()) ?? 'any'
}

/** `run` reads its options together with the inputs of the runbook; these are the ones that every run has. */
const OF_EVERY_RUN = viewing(
  new Command()
    .option('--reason <text>', 'why; it stays on record')
    .option('--detach', 'start it, and do not follow it'),
).options

function optionsOf(command: Command): readonly Option[] {
  const own = command.createHelp().visibleOptions(command)
  return command.name() === 'run' ? [...OF_EVERY_RUN, ...own] : own
}

function optionWord({ long, description, required, optional, argChoices }: Option): OptionWord {
  const word = { word: long ?? '', says: description }
  return required || optional ? { ...word, values: argChoices ?? [] } : word
}
