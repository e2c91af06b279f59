import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileCatalogue, readCatalogue, sourceOf, textsOf } from '../../engine/language/catalogue.ts'
import type { CatalogueSources, CompiledCatalogue } from '../../engine/language/catalogue.ts'
import { contracts } from './contracts.ts'

const BASE = fileURLToPath(new URL('base', import.meta.url))

/** A catalogue without a mistake. */
export const base: CatalogueSources = await readCatalogue(BASE)

/** The base catalogue with one file put in: in place of the one of its name, rules in place of all rules. */
export function withFile(file: string, bytes: Uint8Array | string): CatalogueSources {
  const source = sourceOf(file, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
  const replaced = (other: string) => other === file || (file.includes('/rules/') && other.includes('/rules/'))
  return { ...base, files: [...base.files.filter((other) => !replaced(other.file)), source] }
}

/** Compiles the base catalogue with one file put in, and with other rules than its own where some are given. */
export function compileWith(
  file: string,
  bytes: Uint8Array | string,
  rules?: Uint8Array,
): { catalogue: CompiledCatalogue; texts: Record<string, string> } {
  const sources = withFile(file, bytes)
  if (rules !== undefined) {
    const others = sources.files.filter((other) => !other.file.includes('/rules/'))
    return compiled({ ...sources, files: [...others, sourceOf('base/rules/case.yaml', rules)] })
  }
  return compiled(sources)
}

function compiled(sources: CatalogueSources): { catalogue: CompiledCatalogue; texts: Record<string, string> } {
  return { catalogue: compileCatalogue(sources, contracts), texts: textsOf(sources) }
}

/** The rules of a case that brings its own: they lie beside it as `<case>.rules`. */
export function rulesOfCase(path: string): Uint8Array | undefined {
  const beside = path.replace(/\.yaml$/, '.rules')
  return existsSync(beside) ? readFileSync(beside) : undefined
}

/** Where a case of the test data stands in the catalogue: its first line can say `# in: rules`. */
export function placeOfCase(path: string): { file: string; bytes: Uint8Array } {
  const bytes = readFileSync(path)
  const name = path.slice(path.lastIndexOf('/') + 1)
  const [, kind = 'runbook'] = /^# in: (\w+)/.exec(bytes.toString('latin1')) ?? []
  if (kind === 'rules' || kind === 'scenarios') return { file: `base/${kind}/${name}`, bytes }
  return { file: kind === 'runbook' ? `base/${name}` : `base/${kind}.yaml`, bytes }
}
