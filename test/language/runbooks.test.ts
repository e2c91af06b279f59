import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { contracts } from '../../actions/index.ts'
import { renderDiagnostics } from '../../engine/diagnostics/render.ts'
import { compileCatalogue, readCatalogue, textsOf, twinSources } from '../../engine/language/catalogue.ts'

const sources = await readCatalogue(fileURLToPath(new URL('../../runbooks', import.meta.url)))
const catalogue = compileCatalogue(sources, contracts)

test('the catalogue of this project compiles against the actions of this project without a mistake', () => {
  expect(renderDiagnostics(catalogue.diagnostics, textsOf(sources))).toBe('')
  expect(Object.keys(catalogue.runbooks).sort()).toEqual(['bad-deploy', 'lift-promotion-freeze'])
})

describe('bad-deploy', () => {
  const plan = catalogue.runbooks['bad-deploy']?.plan
  const order = plan?.steps.map(({ id }) => id) ?? []
  const readAt = (fact: string) =>
    plan?.steps.findIndex((step) => step.kind === 'read' && step.facts.includes(fact)) ?? -1

  test('freezes first, reads the truth before symptoms, judges, acts, and looks whether it helped', () => {
    expect(order).toEqual([
      'freezePromotions',
      'settlePromotions',
      'truth',
      'symptoms',
      'classify',
      'rollback',
      'cleared',
    ])
    expect(readAt('owner')).toBeLessThan(readAt('logs'))
    expect(readAt('promotion')).toBeLessThan(readAt('logs'))
  })

  test('a conflict goes back to the truth, and not before the freeze', () => {
    expect(plan?.steps.find(({ id }) => id === 'rollback')).toMatchObject({
      premise: { fact: 'owner', field: 'epoch', backTo: 'truth' },
    })
  })

  test('every class that is not app-only ends without a rollback, and tells somebody', () => {
    const decided = plan?.outcomes.filter(({ when }) => when.some(({ step }) => step === 'classify')) ?? []
    expect(decided.flatMap(({ when }) => when.flatMap(({ results }) => results)).sort()).toEqual([
      'db-migration',
      'no-recent-promotion',
      'owner-changed-since',
      'route-propagation',
      'runtime-service',
    ])
    expect(plan?.outcomes.filter(({ as, tell }) => as !== 'succeeded' && tell.length === 0)).toEqual([])
  })

  test('all three rules guard the rollback or the claim of it', () => {
    expect(plan?.rules.map(({ id }) => id)).toEqual([
      'no-edge-route-edit',
      'no-hidden-db-incompatibility',
      'no-rebuild-as-rollback',
    ])
    expect(plan?.goalClaims).toEqual(['claim.rolled-back'])
  })
})

describe('G23: the naive twin of', () => {
  const twins = catalogue.scenarios.flatMap((scenario) =>
    scenario.twin === undefined ? [] : [{ ...scenario, twin: scenario.twin }],
  )

  test('each rule has one', () => {
    expect(twins.map(({ twin }) => twin.without).sort()).toEqual(catalogue.rules.map(({ id }) => id).sort())
  })

  test.each(twins.map((scenario) => [scenario.id, scenario] as const))(
    '%s is refused with the rule, or left to the door; without it, it compiles and can do the harm',
    (_id, { runbook, twin }) => {
      const withRule = compileCatalogue(twinSources(sources, { runbook, edit: twin.edit }), contracts)
      expect(withRule.diagnostics.map(({ code }) => code)).toEqual(twin.edit.length > 0 ? ['RB0411'] : [])
      const without = compileCatalogue(
        twinSources(sources, { runbook, edit: twin.edit, without: twin.without }),
        contracts,
      )
      expect(without.diagnostics).toEqual([])
      const plan = without.runbooks[runbook]?.plan
      expect(plan?.rules.map(({ id }) => id)).not.toContain(twin.without)
      expect(Object.keys(plan?.effects ?? {})).toEqual(expect.arrayContaining([...twin.harm]))
    },
  )
})
