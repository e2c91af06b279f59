import { canonical } from '../../schemas/canonical.ts'
import { readConfig } from '../host/config.ts'
import { runbookOf, soundCatalogue } from './catalogue.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print, say } from './terminal.ts'
import { planText } from './view/plan-text.ts'

/** Shows a Plan. As JSON, the output is the very bytes of which the digest is taken, without a line end. */
export async function plan({ folder, args, options }: Call<{ json?: true }>): Promise<Exit> {
  const { plan, digest } = runbookOf(await soundCatalogue(readConfig(folder)), args[0] ?? '')
  if (options.json === true) {
    process.stdout.write(canonical(plan))
    say(`digest ${digest}`)
  } else {
    for (const line of planText(plan, digest)) print(line)
  }
  return EXIT.ok
}
