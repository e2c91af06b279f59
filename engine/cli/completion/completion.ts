import { basename } from 'node:path'
import type { Command } from 'commander'
import { openStore } from '../../../evidence/store.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { readConfig } from '../../host/config.ts'
import { echoed } from '../../host/echo.ts'
import { readConfigured } from '../../host/installation.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { kindOfFile } from '../../language/files.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { print, printAsIs } from '../terminal.ts'
import { fish } from './fish.ts'
import { inputFlags, inputValues } from './inputs.ts'
import { bash, zsh } from './scripts.ts'
import type { Script } from './scripts.ts'
import { completedOf, SHELLS } from './words.ts'

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], Script>> = { bash, zsh, fish }

/** Which input of which runbook a script asks for. */
export interface Asking {
  readonly runbook?: string
  readonly input?: string
}

/** Prints the completion script of a shell, or what these scripts ask for: runbooks of the catalogue, inputs of one, and runs. */
export function completionOf(program: Command): (call: Call<Asking>) => Promise<Exit> {
  return async ({ folder, args: [asked = ''], options }) => {
    const shell = SHELLS.find((one) => one === asked)
    if (shell !== undefined) printAsIs(SCRIPTS[shell](completedOf(program)))
    else if (asked === 'runbooks') for (const id of await runbooksIn(folder)) print(id)
    else if (asked === 'runs') for (const id of await runsIn(folder)) print(id)
    else if (asked === 'inputs') for (const word of await inputsIn(folder, options)) print(word)
    else throw unknownShell(asked)
    return EXIT.ok
  }
}

/** The options of a runbook, or the values of one of them. */
async function inputsIn(folder: string, { runbook = '', input }: Asking): Promise<string[]> {
  return input === undefined ? inputFlags(folder, runbook) : inputValues(folder, runbook, input)
}

/** So many are offered: a store may hold very many. */
const MOST_RUNS = 200

/** By the names of their folders in the evidence store, the newest first; nobody is asked, and nothing is read, while somebody types. */
async function runsIn(folder: string): Promise<string[]> {
  const store = openStore(readConfig(folder).evidence)
  const all = new Set([...(await store.runs()), ...(await store.bundles())].filter((id) => RUN.test(id)))
  const at = (id: string) => /-(\d{8}T\d{6}Z)-/.exec(id)?.[1] ?? ''
  return [...all].sort((a, b) => (at(a) < at(b) ? 1 : -1)).slice(0, MOST_RUNS)
}

/** Other names are no runs that a shell could be told of. */
const RUN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** By the names of their files: nothing is compiled while somebody types. */
async function runbooksIn(folder: string): Promise<string[]> {
  const { files } = await readConfigured({ ...readConfig(folder), policyOverlays: [] })
  return files
    .filter((file) => kindOfFile(file) === 'runbook')
    .map(({ file }) => basename(file, '.yaml'))
    .filter((id) => ID.test(id))
}

/** Other names are no runbooks, and a shell may take what stands in them for its own. */
const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

function unknownShell(shell: string): OperatorError {
  const hint = didYouMean(shell, SHELLS) ?? 'there are bash, zsh and fish'
  return new OperatorError('RP0002', `there is no completion for \`${echoed(shell)}\``, hint)
}
