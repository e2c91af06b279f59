import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { CODES } from '../../engine/diagnostics/catalogue/index.ts'
import { renderDiagnostics } from '../../engine/diagnostics/render.ts'
import { base, compileWith, placeOfCase, rulesOfCase } from './compile-case.ts'
import { compileCatalogue, overdueReviews } from '../../engine/language/catalogue.ts'
import { contracts } from './contracts.ts'

const folder = fileURLToPath(new URL('testdata/', import.meta.url))
const cases = globSync('**/*.yaml', { cwd: folder }).sort()

test('the catalogue that all cases differ from has no mistake', () => {
  expect(compileCatalogue(base, contracts).diagnostics).toEqual([])
})

describe('a reader sees', () => {
  test.each(cases)('%s', (name) => {
    const { file, bytes } = placeOfCase(`${folder}${name}`)
    const { catalogue, texts } = compileWith(file, bytes, rulesOfCase(`${folder}${name}`))
    const shown = renderDiagnostics([...catalogue.diagnostics, ...overdueReviews(catalogue, '2026-08-21')], texts)
    const golden = `${folder}${name.replace(/\.yaml$/, '.golden')}`
    if (process.env['UPDATE'] === '1') writeFileSync(golden, shown)
    expect(existsSync(golden), `no golden file for ${name}: look at the output, then UPDATE=1`).toBe(true)
    expect(shown).toBe(readFileSync(golden, 'utf8'))
  })
})

test('every code has a case that shows it, an entry that explains it, and a place that reports it', () => {
  const reported = codesIn(
    globSync('**/*.ts', { cwd: fileURLToPath(new URL('../../engine/language/', import.meta.url)) }).map((name) =>
      fileURLToPath(new URL(`../../engine/language/${name}`, import.meta.url)),
    ),
  )
  const shown = codesIn(cases.map((name) => `${folder}${name.replace(/\.yaml$/, '.golden')}`))
  expect(Object.keys(CODES).sort()).toEqual(reported)
  expect(shown).toEqual(reported)
})

function codesIn(files: readonly string[]): string[] {
  return [...new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(/\bRB\d{4}\b/g) ?? []))].sort()
}
