import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue } from '../../engine/language/catalogue.ts'
import { proveCatalogue } from '../../engine/language/prove.ts'
import { compileWith } from './compile-case.ts'

const RUNBOOK = `runbook: acts
title: Acts
source: ours
owner: on-call
goal: service
inputs: { environment: environment, app: app, host: host }
coalesce: [app]
doNot: []
facts:
  state: platform.hostState
steps:
  - id: look
    read: [state]
  - id: drain
    do: platform.drainHost
    with: { expectedVersion: "{{state.version}}" }
    leaves: the host stays drained
outcomes:
  unclear: { as: escalated, tell: [on-call] }
`

const RULES = `rules:
  - id: whole
    text: Do not drain what is not whole.
    source: ours
    facts:
      state: platform.hostState
    checks:
      - guards: [host.drain]
        require: [state.drained]
    overridable: { when: state.drained, who: lead }
    next: wait
  - id: elsewhere
    text: Do not roll back twice.
    source: ours
    checks:
      - guards: [route.rollback]
        after: [promotion.freeze]
    overridable: never
    next: wait
  - id: beside
    text: Do not build beside a rollback.
    source: ours
    checks:
      - forbid: [artifact.build]
        inRunsWith: [route.rollback]
    overridable: never
    next: wait
  - id: nowhere
    text: Do not write to edges.
    source: ours
    checks:
      - forbid: [edge.write]
    overridable: never
    next: wait
`

const { catalogue } = compileWith('base/acts.yaml', RUNBOOK, new TextEncoder().encode(RULES))

describe('a proof', () => {
  const proof = proveCatalogue(catalogue, ['acts'])

  test('says for each rule where it binds, when, what is settled, and what is left for the run', () => {
    expect(catalogue.diagnostics).toEqual([])
    expect(proof.rules.find(({ rule }) => rule === 'whole')).toEqual({
      rule: 'whole',
      text: 'Do not drain what is not whole.',
      overridable: 'lead',
      runbooks: [
        {
          runbook: 'acts',
          places: [
            {
              at: 'drain',
              guarded: 'host.drain',
              check: { index: 0, form: 'require', says: 'require state.drained' },
              moments: ['A'],
              remains: 'facts are read and judged at the effect',
            },
          ],
        },
      ],
    })
  })

  test('says of what is forbidden everywhere that it is nowhere, cited or not', () => {
    expect(proof.rules.find(({ rule }) => rule === 'nowhere')?.runbooks[0]?.places).toMatchObject([
      { at: 'run', guarded: 'edge.write', moments: ['C', 'A'], settled: 'no path of this runbook with this effect' },
    ])
  })

  test('names the rules that guard nothing in any runbook', () => {
    expect(proof.unbound).toEqual(['beside', 'elsewhere'])
    expect(proof.rules.find(({ rule }) => rule === 'elsewhere')?.runbooks).toEqual([])
  })

  test('is about the runbooks that are asked for, and is JSON', () => {
    expect(proveCatalogue(catalogue, []).rules.flatMap(({ runbooks }) => runbooks)).toEqual([])
    expect(proveCatalogue(catalogue, []).unbound).toEqual(['beside', 'elsewhere'])
    expect(JSON.parse(JSON.stringify(proof))).toEqual(proof)
  })
})

test('G17: no rule of this project is vacuous: each one binds in some runbook', async () => {
  const sources = await readCatalogue(fileURLToPath(new URL('../../runbooks', import.meta.url)))
  const compiled = compileCatalogue(sources, allContracts)
  expect(compiled.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
  const proof = proveCatalogue(compiled)
  expect(proof.rules.length).toBeGreaterThanOrEqual(18)
  expect(proof.unbound).toEqual([])
  expect(proof.rules.filter(({ runbooks }) => runbooks.length === 0)).toEqual([])
})
