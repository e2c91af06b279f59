import { readConfig } from '../host/config.ts'
import { proveCatalogue } from '../language/prove.ts'
import type { Proof } from '../language/prove.ts'
import { runbookOf, soundCatalogue } from './catalogue.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print, printJson } from './terminal.ts'
import { proofText } from './view/proof-text.ts'

/** Says of each rule where it binds, what the compiler has settled, and what remains for the run. A rule that binds to nothing is a mistake. */
export async function prove({ folder, args: [named], options }: Call<{ json?: true }>): Promise<Exit> {
  const catalogue = await soundCatalogue(readConfig(folder))
  const asked = named === undefined ? undefined : [runbookOf(catalogue, named).plan.runbook.id]
  const proof = proveCatalogue(catalogue, asked)
  const unbound = unboundIn(proof, asked === undefined ? undefined : runbookOf(catalogue, named ?? '').plan.doNot)
  if (options.json === true) printJson({ ...proof, unbound })
  else for (const line of proofText({ ...proof, unbound })) print(line)
  return unbound.length === 0 ? EXIT.ok : EXIT.runbookWrong
}

/** Of one runbook, the rules that it cites must bind in it; of a catalogue, every rule must bind somewhere. */
function unboundIn({ rules, unbound }: Proof, cited: readonly string[] | undefined): readonly string[] {
  if (cited === undefined) return unbound
  return rules.filter(({ rule, runbooks }) => cited.includes(rule) && runbooks.length === 0).map(({ rule }) => rule)
}
