import { expect, test } from 'vitest'
import { allowlistOf, compileCatalogue, sourceOf } from '../../engine/language/catalogue.ts'
import type { CatalogueSources } from '../../engine/language/catalogue.ts'
import { base } from './compile-case.ts'
import { contracts } from './contracts.ts'

/** The base catalogue with other files beside its own, sorted by name as they are read from a folder. */
function beside(...others: readonly (readonly [file: string, text: string])[]): CatalogueSources {
  const added = others.map(([file, text]) => sourceOf(file, new TextEncoder().encode(text)))
  return { ...base, files: [...base.files, ...added].sort((a, b) => (a.file < b.file ? -1 : 1)) }
}

const textOf = (name: string) => base.files.find(({ file }) => file === `base/${name}`)?.text ?? ''

function mistakes(sources: CatalogueSources): string[] {
  return compileCatalogue(sources, contracts).diagnostics.map(
    ({ code, span, related = [] }) => `${code} ${span.file}: ${related.map((first) => first.span.file).join()}`,
  )
}

test.each(['policy', 'effects', 'calendar', 'allowlist', 'acts'])(
  'a second file %s.yaml is an error that names the first one, and leaves no Plan',
  (name) => {
    const sources = beside([`base/archive/${name}.yaml`, textOf(`${name}.yaml`)])
    expect(mistakes(sources)).toEqual([`RB0106 base/archive/${name}.yaml: base/${name}.yaml`])
    expect(compileCatalogue(sources, contracts).runbooks).toEqual({})
  },
)

test('a file in an archive takes the place of no other: what is nearer to the root is what counts', () => {
  const closed = { from: '2026-12-23T00:00:00Z', to: '2026-12-27T00:00:00Z', reason: 'freeze' }
  const freeze = `closed: [${JSON.stringify(closed)}]\n`
  const files = beside().files.map((source) =>
    source.file === 'base/calendar.yaml' ? sourceOf(source.file, new TextEncoder().encode(freeze)) : source,
  )
  const archived = beside(['base/archive/calendar.yaml', 'closed: []\n']).files.find(({ file }) =>
    file.includes('archive'),
  )
  const { calendar } = compileCatalogue({ ...base, files: [...(archived ? [archived] : []), ...files] }, contracts)
  expect(calendar.closed).toHaveLength(1)
  const allowed = `shell: [{ id: look, run: [ls], timeout: 5s, effects: [], inputs: {} }]\nhttp: []\n`
  expect(allowlistOf(beside(['base/archive/allowlist.yaml', allowed]), contracts).shell).toEqual([])
})

test('of three files of one name two are too many', () => {
  const sources = beside(['base/a/b/acts.yaml', textOf('acts.yaml')], ['base/z/acts.yaml', 'runbook: [no, YAML: {'])
  expect(mistakes(sources)).toEqual([
    'RB0106 base/a/b/acts.yaml: base/acts.yaml',
    'RB0106 base/z/acts.yaml: base/acts.yaml',
  ])
})

test('rules, scenarios and recorded facts say themselves what they are called, and an overlay is a policy of its own', () => {
  const one = { ...beside(['base/rules/policy.yaml', 'rules: []\n'], ['base/more/rules/policy.yaml', 'rules: []\n']) }
  const overlay = sourceOf('policy.yaml', new TextEncoder().encode('values: {}\n'))
  expect(mistakes({ ...one, overlays: [overlay] }).filter((told) => told.startsWith('RB0106'))).toEqual([])
})
