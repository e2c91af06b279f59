import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { CatalogueSources } from '../../engine/language/catalogue.ts'
import { prepare } from '../../engine/rehearsal/trial.ts'
import type { Prepared } from '../../engine/rehearsal/trial.ts'
import type { Material } from '../../engine/rehearsal/twin.ts'

/** The catalogue that `runproof init` makes. */
export const small: CatalogueSources = await readCatalogue('engine/cli/templates/runbooks')

/** The same with other texts in place of some; a text that does not stand there is a mistake of the test. */
export function smallWith(changes: readonly (readonly [file: string, from: string, to: string])[]): Material {
  const files = small.files.map((source) => {
    let { text } = source
    for (const [file, from, to] of changes.filter(([name]) => source.file === `runbooks/${name}`)) {
      if (!text.includes(from)) throw new Error(`\`${from}\` does not stand in ${file}`)
      text = text.replace(from, () => to)
    }
    return sourceOf(source.file, new TextEncoder().encode(text))
  })
  const sources = { ...small, files }
  return { sources, contracts: allContracts, catalogue: compileCatalogue(sources, allContracts) }
}

/** A scenario of it, ready. */
export function ready(id: string, changes: Parameters<typeof smallWith>[0] = []): Prepared {
  const material = smallWith(changes)
  const scenario = material.catalogue.scenarios.find((one) => one.id === id)
  const prepared = scenario && prepare(material, scenario)
  if (prepared !== undefined) return prepared
  throw new Error(`there is no scenario ${id}: ${JSON.stringify(material.catalogue.diagnostics)}`)
}
