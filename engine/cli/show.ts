import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { knownRun } from './known-run.ts'
import type { Call } from './program.ts'
import { print, printJson } from './terminal.ts'
import { trustOf } from './trust-folder.ts'
import { runText } from './view/run-text.ts'

/** Shows everything about a run; `--json` gives its state as the engine has it. */
export async function show({ folder, args, options }: Call<{ json?: true }>): Promise<Exit> {
  const known = await knownRun(folder, args[0] ?? '')
  if (options.json === true) printJson(known.state)
  else for (const line of runText(known, trustOf(folder))) print(line)
  return EXIT.ok
}
