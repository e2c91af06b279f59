import { basename } from 'node:path'
import type { Config } from '../host/config.ts'
import { compileConfigured } from '../host/installation.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { Texts } from '../diagnostics/render.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { readCatalogue, textsOf } from '../language/catalogue.ts'
import type { CompiledCatalogue, CompiledRunbook } from '../language/catalogue.ts'
import { columns, say } from './terminal.ts'

/** A catalogue as it was read and compiled, with the texts that its mistakes point into. */
export interface ReadCatalogue {
  readonly compiled: CompiledCatalogue
  readonly texts: Texts
}

/** Reads and compiles a catalogue; mistakes are in its diagnostics. */
export async function openCatalogue(config: Config): Promise<ReadCatalogue> {
  const compiled = await compileConfigured(config)
  return { compiled, texts: textsOf(await readCatalogue(config.catalogue, { overlays: config.policyOverlays })) }
}

/** The same for commands that need a catalogue without mistakes: all of them are shown, and nothing is begun. */
export async function soundCatalogue(config: Config): Promise<CompiledCatalogue> {
  const { compiled, texts } = await openCatalogue(config)
  const mistakes = compiled.diagnostics.filter(({ severity }) => severity === 'error').length
  if (mistakes === 0) return compiled
  say(renderDiagnostics(compiled.diagnostics, texts, columns()))
  const count = mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`
  throw new OperatorError(
    'RP0105',
    `the catalogue has ${count}, and nothing was begun`,
    'mend what stands above, then: runproof check',
  )
}

/** A runbook by its id, or by its file. */
export function runbookOf({ runbooks }: CompiledCatalogue, named: string): CompiledRunbook {
  const id = basename(named).replace(/\.yaml$/, '')
  const found = runbooks[id]
  if (found !== undefined) return found
  throw new OperatorError(
    'RP0004',
    `there is no runbook \`${echoed(id)}\``,
    didYouMean(id, Object.keys(runbooks)) ?? 'see the runbooks of the catalogue with `runproof check`',
  )
}
