import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { knownRun } from './known-run.ts'
import type { Call } from './program.ts'
import { print, printJson } from './terminal.ts'
import { reasonsOf, whyText } from './view/why-text.ts'

/** Says why a run stands where it stands (G40). */
export async function why({ folder, args, options }: Call<{ json?: true }>): Promise<Exit> {
  const known = await knownRun(folder, args[0] ?? '')
  if (options.json === true) printJson(reasonsOf(known))
  else for (const line of whyText(known)) print(line)
  return EXIT.ok
}
