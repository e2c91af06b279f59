import { basename } from 'node:path'
import type { Command } from 'commander'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { readConfig } from '../../host/config.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { readCatalogue } from '../../language/catalogue.ts'
import { kindOfFile } from '../../language/files.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { print, printAsIs } from '../terminal.ts'
import { bash, fish, zsh } from './scripts.ts'
import type { Script } from './scripts.ts'
import { completedOf } from './words.ts'

const SCRIPTS: ReadonlyMap<string, Script> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

/** Prints the completion script of a shell, or the runbooks of the catalogue, which these scripts ask for. */
export function completionOf(program: Command): (call: Call) => Promise<Exit> {
  return async ({ folder, args: [shell = ''] }) => {
    const script = SCRIPTS.get(shell)
    if (script !== undefined) printAsIs(script(completedOf(program)))
    else if (shell === 'runbooks') for (const id of await runbooksIn(folder)) print(id)
    else throw unknownShell(shell)
    return EXIT.ok
  }
}

/** By the names of their files: nothing is compiled while somebody types. */
async function runbooksIn(folder: string): Promise<string[]> {
  const { files } = await readCatalogue(readConfig(folder).catalogue)
  return files.filter((file) => kindOfFile(file) === 'runbook').map(({ file }) => basename(file, '.yaml'))
}

function unknownShell(shell: string): OperatorError {
  const hint = didYouMean(shell, SCRIPTS.keys()) ?? 'there are bash, zsh and fish'
  return new OperatorError('RP0002', `there is no completion for \`${shell}\``, hint)
}
