import { describe, expect, test } from 'vitest'
import { allContracts } from '../../actions/index.ts'
import { compileCatalogue, readCatalogue } from '../../engine/language/catalogue.ts'
import { happenedOf, isDeniedBy } from '../../engine/rehearsal/differences.ts'
import { rehearse } from '../../engine/rehearsal/rehearse.ts'
import { prepare, tryOut } from '../../engine/rehearsal/trial.ts'
import { underRules } from '../../engine/rehearsal/twin.ts'
import type { Material } from '../../engine/rehearsal/twin.ts'

const sources = await readCatalogue('runbooks')
const catalogue = compileCatalogue(sources, allContracts)
const material: Material = { sources, contracts: allContracts, catalogue }
const scenarios = catalogue.scenarios.filter(({ against }) => against === 'facts')
const prepared = scenarios.flatMap((scenario) => prepare(material, scenario) ?? [])
const named = prepared.map((one) => [`${one.scenario.runbook}: ${one.scenario.id}`, one] as const)

/** The eighteen "do not" of the six runbooks (guards.md 4). */
const EIGHTEEN: Readonly<Record<string, string>> = {
  'BD-N1': 'no-rebuild-as-rollback',
  'BD-N2': 'no-edge-route-edit',
  'BD-N3': 'no-hidden-db-incompatibility',
  'SW-N1': 'no-endless-buffering',
  'SW-N2': 'no-unlimited-allocations',
  'SW-N3': 'not-hot-before-readiness',
  'RG-N1': 'no-later-event-over-a-gap',
  'RG-N2': 'health-does-not-choose-the-owner',
  'RG-N3': 'no-clearing-without-baseline',
  'DR-N1': 'route-rollback-is-not-data-rollback',
  'DR-N2': 'no-preview-over-production',
  'DR-N3': 'reprocessing-not-ignored',
  'HU-N1': 'no-killing-while-claiming-drained',
  'HU-N2': 'drain-keeps-quorum',
  'HU-N3': 'no-unrecorded-hand-edit',
  'PO-N1': 'no-provider-failure-as-app-crash',
  'PO-N2': 'no-failover-without-readiness',
  'PO-N3': 'no-blind-rotation',
}

/** Forms 2 and 4 bind at compile time: a good runbook never comes to where the door would say it. */
const STATIC = ['forbid', 'only-from']

test('the catalogue has no mistake, and every scenario on recorded facts can be tried', () => {
  expect(catalogue.diagnostics).toEqual([])
  expect(prepared.length).toBe(scenarios.length)
  expect(prepared.length).toBeGreaterThan(50)
})

describe('on recorded facts', () => {
  test.each(named)('%s ends as it says', async (_name, one) => {
    expect((await tryOut(one)).differences).toEqual([])
  })
})

describe('G23: teeth', () => {
  const rules = Object.entries(EIGHTEEN)

  test('the eighteen are rules of the catalogue', () => {
    const ids = catalogue.rules.map(({ id }) => id)
    expect(rules.map(([, rule]) => rule).filter((rule) => !ids.includes(rule))).toEqual([])
    expect(new Set(Object.values(EIGHTEEN)).size).toBe(18)
  })

  test.each(rules)('%s (%s) denies in a scenario, after the decision, or binds before any run', (_name, rule) => {
    const denied = scenarios.filter(({ expect: { deniedBy } }) => deniedBy === rule)
    const forms = catalogue.rules.find(({ id }) => id === rule)?.checks.map(({ form }) => form) ?? []
    expect(denied.length > 0 || forms.every((form) => STATIC.includes(form))).toBe(true)
    expect(denied.every(({ during, given }) => during.length + given.length > 0)).toBe(true)
  })

  test.each(rules)('%s (%s) has a naive twin: stopped with it, and doing harm without it', async (_name, rule) => {
    const twins = prepared.filter(({ scenario }) => scenario.twin?.without === rule)
    expect(twins.length).toBeGreaterThan(0)
    for (const one of twins) {
      const { twin, differences } = await tryOut(one)
      expect(differences).toEqual([])
      expect(twin?.stoppedBy).not.toBe('nobody')
    }
  })

  test.each(named.filter(([, { twin }]) => twin?.naive !== undefined && twin.guarded === undefined))(
    'G17: %s: what the compiler refuses, the rules of the worker stop in a Plan of before',
    async (_name, { scenario, stage, twin }) => {
      if (twin?.naive === undefined || scenario.twin === undefined) throw new Error('there is no twin')
      const unseen = { ...underRules(twin.naive, stage.rules), plan: twin.naive.plan }
      const rehearsed = await rehearse(unseen, scenario)
      expect(isDeniedBy(scenario.twin.without, rehearsed)).toBe(true)
      expect(happenedOf(scenario.twin.harm, rehearsed, unseen)).toEqual([])
    },
  )
})
