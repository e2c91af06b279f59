import { parseDocument } from 'yaml'
import { readCatalogue } from '../engine/language/catalogue.ts'
import { compileCatalogue } from '../engine/language/catalogue.ts'
import { shippedContracts } from '../engine/host/installation.ts'

/** What one process took for one catalogue. */
export interface CheckCost {
  readonly ms: number
  readonly errors: number
  readonly peakMb: number
}

/** `parse` lets the YAML library alone parse every file; `check` compiles the catalogue. Reading the files counts for neither. */
async function main([mode = '', folder = '']: readonly string[]): Promise<void> {
  const sources = await readCatalogue(folder)
  const began = performance.now()
  const errors = mode === 'parse' ? parseAll(sources.files.map(({ text }) => text)) : checkAll(sources)
  const ms = performance.now() - began
  const cost: CheckCost = { ms, errors, peakMb: process.resourceUsage().maxRSS / 1024 }
  process.stdout.write(JSON.stringify(cost))
}

function parseAll(texts: readonly string[]): number {
  return texts.reduce((errors, text) => errors + parseDocument(text, { keepSourceTokens: true }).errors.length, 0)
}

function checkAll(sources: Awaited<ReturnType<typeof readCatalogue>>): number {
  const { diagnostics } = compileCatalogue(sources, shippedContracts)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors[0] !== undefined) process.stderr.write(`${JSON.stringify(errors[0])}\n`)
  return errors.length
}

await main(process.argv.slice(2))
