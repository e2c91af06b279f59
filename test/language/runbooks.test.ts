import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { allContracts, declaredContracts } from '../../actions/index.ts'
import { renderDiagnostics } from '../../engine/diagnostics/render.ts'
import { compileCatalogue, readCatalogue, textsOf, twinSources } from '../../engine/language/catalogue.ts'
import type { CheckPlan, Plan, StepPlan } from '../../schemas/plan.ts'

const sources = await readCatalogue(fileURLToPath(new URL('../../runbooks', import.meta.url)))
const catalogue = compileCatalogue(sources, allContracts)
const plans = Object.values(catalogue.runbooks).map(({ plan }) => plan)

const THE_SEVEN = [
  'bad-deploy',
  'database-restore',
  'host-os-upgrade',
  'node-drain',
  'provider-outage',
  'route-replay-gap',
  'stuck-wake',
]

/** The eighteen of guards.md, with the forms of its table; form 5 is form 1 on a claim, and form 9 is read back by the action. */
const THE_EIGHTEEN: Readonly<Record<string, readonly CheckPlan['form'][]>> = {
  'no-rebuild-as-rollback': ['forbid', 'require', 'require'],
  'no-edge-route-edit': ['forbid', 'require'],
  'no-hidden-db-incompatibility': ['require', 'require'],
  'no-endless-buffering': ['require', 'must-within'],
  'no-unlimited-allocations': ['require'],
  'not-hot-before-readiness': ['require', 'after'],
  'no-later-event-over-a-gap': ['during', 'require', 'require'],
  'health-does-not-choose-the-owner': ['only-from', 'only-from'],
  'no-clearing-without-baseline': ['require', 'require', 'require', 'after'],
  'route-rollback-is-not-data-rollback': ['require'],
  'no-preview-over-production': ['require', 'require', 'only-from'],
  'reprocessing-not-ignored': ['after', 'require', 'require'],
  'no-killing-while-claiming-drained': ['require', 'require', 'require', 'require'],
  'drain-keeps-quorum': ['require', 'during'],
  'no-unrecorded-hand-edit': ['after', 'require'],
  'no-provider-failure-as-app-crash': ['require', 'require', 'require', 'require'],
  'no-failover-without-readiness': ['require', 'require', 'during'],
  'no-blind-rotation': ['require'],
}

test('the catalogue of this project compiles against the contracts of this project without a mistake', () => {
  expect(renderDiagnostics(catalogue.diagnostics, textsOf(sources))).toBe('')
  expect(Object.keys(catalogue.runbooks).sort()).toEqual([...THE_SEVEN, 'lift-promotion-freeze'].sort())
})

describe('every runbook', () => {
  test.each(plans.map((plan) => [plan.runbook.id, plan] as const))(
    '%s has a page with all sections, a source, and tells somebody whenever it did not succeed',
    (_id, plan) => {
      expect(Object.keys(plan.runbook.sections ?? {})).toEqual([
        'meaning',
        'symptoms',
        'causes',
        'paging',
        'afterwards',
        'related',
      ])
      const silent = plan.outcomes.filter(
        ({ as, tell }) => !['succeeded', 'deferred'].includes(as) && tell.length === 0,
      )
      expect(silent.map(({ name }) => name)).toEqual([])
    },
  )

  test.each(plans.map((plan) => [plan.runbook.id, plan] as const))(
    '%s reads before it changes what is not protective, and looks afterwards',
    (_id, plan) => {
      const steps = stepsOf(plan.steps)
      const firstRead = steps.findIndex(({ kind }) => kind === 'read')
      const firstChange = steps.findIndex((step) => step.kind === 'do' && !isProtective(plan, step.action))
      expect(firstRead).toBeGreaterThanOrEqual(0)
      expect(firstChange).toBeGreaterThan(firstRead)
    },
  )

  test('those that need an action without an adapter name it; bad-deploy and lift-promotion-freeze need none', () => {
    const declared = new Set(declaredContracts.map(({ name }) => name))
    const needed = plans.map((plan) => [
      plan.runbook.id,
      Object.keys(plan.contracts).some((name) => declared.has(name)),
    ])
    expect(
      needed
        .filter(([, needs]) => needs === false)
        .map(([id]) => id)
        .sort(),
    ).toEqual(['bad-deploy', 'lift-promotion-freeze'])
  })
})

test('every effect but a claim says how much of the world it may touch, and every number where it comes from', () => {
  const vague = Object.entries(catalogue.effects).filter(
    ([name, { radius }]) => !/^claim(\.|$)/.test(name) && radius === undefined,
  )
  expect(vague).toEqual([])
  const unsourced = Object.values(catalogue.policy).filter(({ source, unit }) => source.length < 5 || unit === '')
  expect(unsourced).toEqual([])
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
      'wayForward',
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
    const judged = decided.flatMap(({ when }) => when.filter(({ step }) => step === 'classify'))
    expect([...new Set(judged.flatMap(({ results }) => results))].sort()).toEqual([
      'db-migration',
      'no-recent-promotion',
      'owner-changed-since',
      'route-propagation',
      'runtime-service',
    ])
  })
})

describe('host-os-upgrade', () => {
  const plan = catalogue.runbooks['host-os-upgrade']?.plan

  test('calls node-drain where the host is a node, and goes on only when the node is empty', () => {
    expect(Object.keys(plan?.callees ?? {})).toEqual(['node-drain'])
    expect(plan?.steps.find(({ kind }) => kind === 'call')).toMatchObject({
      when: [{ step: 'cluster', results: ['node'] }],
      continueOn: ['drained', 'emptied-after-deadline'],
    })
  })

  test('takes the cordon back when it stops, and says what is safe where that is denied', () => {
    expect(plan?.steps.find(({ id }) => id === 'cordon')).toMatchObject({
      undo: { action: 'platform.uncordonHost' },
      leaves: 'the host stays cordoned',
    })
  })
})

describe('the eighteen rules', () => {
  const rules = new Map(catalogue.rules.map((rule) => [rule.id, rule]))

  test.each(Object.entries(THE_EIGHTEEN))('%s has the forms of its row in the table', (id, forms) => {
    expect(rules.get(id)?.checks.map(({ form }) => form)).toEqual(forms)
  })

  test.each(Object.keys(THE_EIGHTEEN))('%s guards something in one of the seven runbooks', (id) => {
    const bound = plans.filter((plan) => plan.rules.some((rule) => rule.id === id)).map(({ runbook }) => runbook.id)
    expect(bound.filter((runbook) => THE_SEVEN.includes(runbook))).not.toEqual([])
    const cited = plans.filter((plan) => plan.doNot.includes(id))
    expect(cited).not.toEqual([])
  })

  test('only those may be overridden of which requirements say so, each where a fact says so', () => {
    const overridable = catalogue.rules.filter((rule) => rule.overridable !== 'never').map(({ id }) => id)
    expect(overridable).toEqual(['no-blind-rotation', 'reprocessing-not-ignored'])
  })

  test('G23: each has a scenario in which a fact changes and it denies, and a naive twin', () => {
    const twins = catalogue.scenarios.filter(({ against, twin }) => against === 'facts' && twin !== undefined)
    const ids = Object.keys(THE_EIGHTEEN)
    expect(ids.filter((id) => !twins.some(({ twin }) => twin?.without === id))).toEqual([])
    const changing = twins.filter(({ during, expect: { deniedBy } }) => during.length > 0 && deniedBy !== undefined)
    const byCompiler = ['health-does-not-choose-the-owner']
    expect(ids.filter((id) => !changing.some(({ twin }) => twin?.without === id))).toEqual(byCompiler)
  })
})

test('logs that are read before the state are refused, and only because of the rule', () => {
  const edit = [{ step: 'earlyLogs', after: 'freezePromotions', set: { read: ['logs'] } }]
  const early = (change: { without?: string }) =>
    compileCatalogue(twinSources(sources, { runbook: 'bad-deploy', edit, ...change }), allContracts)
  const refused = early({}).diagnostics
  expect(refused.map(({ span }) => span.file)).toEqual(['runbooks/bad-deploy.yaml'])
  expect(refused[0]?.message).toContain('is not surely read or done before')
  expect(early({ without: 'state-before-logs' }).runbooks['bad-deploy']).toBeDefined()
})

describe('G23: the naive twin of', () => {
  // Those on recorded facts are compiled and carried out in test/rehearsal.
  const edited = catalogue.scenarios.flatMap(({ id, runbook, against, twin }) =>
    against === 'facts' || twin === undefined || twin.edit.length === 0 ? [] : [{ id, runbook, twin }],
  )

  test.each(edited.map((scenario) => [scenario.id, scenario] as const))(
    '%s is refused by the compiler or left to the door; without the rule it compiles, and can do the harm',
    (_id, { runbook, twin }) => {
      const withRule = compileCatalogue(twinSources(sources, { runbook, edit: twin.edit }), allContracts)
      const refused = withRule.diagnostics.filter(({ severity }) => severity === 'error')
      const guarded = withRule.runbooks[runbook]?.plan.rules.some(({ id }) => id === twin.without)
      expect(refused.length > 0 || guarded).toBe(true)
      expect(refused.filter(({ code }) => !code.startsWith('RB04'))).toEqual([])
      const without = compileCatalogue(
        twinSources(sources, { runbook, edit: twin.edit, without: twin.without }),
        allContracts,
      )
      const plan = without.runbooks[runbook]?.plan
      expect(plan?.rules.map(({ id }) => id)).not.toContain(twin.without)
      expect(Object.keys(plan?.effects ?? {})).toEqual(expect.arrayContaining([...twin.harm]))
    },
  )
})

function stepsOf(steps: readonly StepPlan[]): StepPlan[] {
  return steps.flatMap((step) => (step.kind === 'block' ? [step, ...stepsOf(step.steps)] : [step]))
}

function isProtective(plan: Plan, action: string): boolean {
  const contract = plan.contracts[action]
  return contract?.kind === 'action' && Object.keys(contract.effects).every((name) => plan.effects[name]?.protective)
}
