import type { Command } from 'commander'

/** What can stand behind a command's name. */
export interface Completed {
  /** `evidence verify`; empty for `runproof` alone. */
  readonly path: string
  /** Commands below it, and its options. */
  readonly words: readonly { readonly word: string; readonly says: string }[]
  /** Its first argument is a runbook. */
  readonly runbook: boolean
}

/** Every command of a program with what can stand behind it, the longest names first. */
export function completedOf(program: Command): Completed[] {
  return walk(program, []).sort((a, b) => b.path.length - a.path.length || (a.path < b.path ? -1 : 1))
}

function walk(command: Command, path: readonly string[]): Completed[] {
  const own: Completed = {
    path: path.join(' '),
    words: [
      ...command.commands.map((below) => ({ word: below.name(), says: below.description() })),
      ...command.options.map(({ long, description }) => ({ word: long ?? '', says: description })),
    ],
    runbook: command.registeredArguments[0]?.name() === 'runbook',
  }
  return [own, ...command.commands.flatMap((below) => walk(below, [...path, below.name()]))]
}
