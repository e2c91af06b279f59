import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { knownRun } from './known-run.ts'
import type { Call } from './program.ts'
import { print } from './terminal.ts'
import { whyText } from './view/why-text.ts'

/** Says why a run stands where it stands (G40). */
export async function why({ folder, args }: Call): Promise<Exit> {
  for (const line of whyText(await knownRun(folder, args[0] ?? ''))) print(line)
  return EXIT.ok
}
