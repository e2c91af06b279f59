import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { shippedContracts } from '../../engine/host/installation.ts'
import { compileCatalogue, readCatalogue, twinSources } from '../../engine/language/catalogue.ts'
import type { CatalogueSources, CompiledRunbook } from '../../engine/language/catalogue.ts'
import type { RunEntry } from '../../schemas/run.ts'
import type { Scenario, Twin } from '../../schemas/scenario.ts'
import { admin, openInstallation, openLab } from '../support/installation.ts'
import type { Installation } from '../support/installation.ts'
import { happened, outcomeOf, play } from '../support/scenarios.ts'
import type { Played, Stage } from '../support/scenarios.ts'
import { doorFiles } from '../support/sealed.ts'

/** A scenario whose runbook somebody in a hurry has edited. */
type Twinned = Scenario & { readonly twin: Twin }

const sources = await readCatalogue('runbooks', { overlays: ['lab/policy.yaml'] })
const catalogue = compileCatalogue(sources, shippedContracts)
const scenarios = catalogue.scenarios.filter(({ against }) => against === 'lab')
const twins = scenarios.filter((scenario): scenario is Twinned => scenario.twin !== undefined)

let stage: Stage

beforeAll(async () => {
  const lab = await openLab({ trafficTailMs: 500 })
  stage = { lab, installation: await running({ lab }) }
})
afterEach(async () => admin(stage.lab, 'DELETE', '/faults'))
afterAll(async () => {
  await stage.installation.stop()
  await stage.lab.stop()
})

describe('on the practice platform', () => {
  test.each(named(scenarios))('%s ends as it says', async (_id, scenario) => {
    const played = await play(stage, scenario, compiledIn(sources, scenario))
    expect(outcomeOf(played, scenario.expect)).toEqual({
      ...scenario.expect,
      told: [...scenario.expect.told].sort(),
    })
    expect(happened(played, scenario.expect.never)).toEqual([])
    expect(played.unfired).toEqual([])
    expectEvidence(played)
  })
})

describe('a naive twin', () => {
  /** The other rules have theirs on recorded facts (test/rehearsal). */
  test('G23: is there for every rule of a runbook that the platform can carry out', () => {
    const tried = twins.map(({ twin }) => twin.without)
    const cited = catalogue.runbooks['bad-deploy']?.plan.doNot ?? []
    expect(cited.length).toBeGreaterThan(2)
    expect(cited.filter((id) => !tried.includes(id) && guardsEffects(id))).toEqual([])
  })

  test.each(named(twins))(
    'G23: of %s is denied as long as the rule is there, and does no harm',
    async (_id, scenario) => {
      const { edit, without } = scenario.twin
      const complaints = compiled(twinSources(sources, { runbook: scenario.runbook, edit })).diagnostics
      expect(complaints.filter(({ message }) => !message.startsWith(`\`${without}\` forbids`))).toEqual([])
      // What the compiler refuses comes as a Plan of before the rule: the worker applies its own rules too (G17).
      const naive = complaints.length === 0 ? naiveSources(scenario, {}) : naiveSources(scenario, { without })
      const played = await play(stage, scenario, compiledIn(naive, scenario))
      expect(deniedHarm(played, scenario.twin)).toEqual(scenario.twin.harm)
      expect(happened(played, scenario.twin.harm)).toEqual([])
      expectEvidence(played)
    },
  )

  test.each(named(twins))('G23: of %s does the harm where the rule is not there', async (_id, scenario) => {
    const { twin } = scenario
    const naive = naiveSources(scenario, twin)
    const installation = await running({ lab: stage.lab, catalogue: naive })
    const played = await play({ ...stage, installation }, scenario, compiledIn(naive, scenario)).finally(async () =>
      installation.stop(),
    )
    expect(played.journal).toEqual(expect.arrayContaining([...twin.harm]))
    expect(happened(played, twin.harm)).toEqual(twin.harm)
    expect(played.unfired).toEqual([])
    expectEvidence(played)
  })
})

/** A rule on readings alone is settled by the compiler. */
function guardsEffects(rule: string): boolean {
  const checks = catalogue.rules.find(({ id }) => id === rule)?.checks ?? []
  return checks.some((check) => !('guards' in check) || check.guards.some((guarded) => guarded in catalogue.effects))
}

/** With their ids, as the names of tests. */
function named<S extends Scenario>(all: readonly S[]): [string, S][] {
  return all.map((scenario) => [scenario.id, scenario])
}

async function running(options: Parameters<typeof openInstallation>[0]): Promise<Installation> {
  const installation = await openInstallation(options)
  await Promise.all([installation.startWorker(), installation.startSealing()])
  return installation
}

function naiveSources({ runbook, twin }: Twinned, { without }: { readonly without?: string }): CatalogueSources {
  return twinSources(sources, { runbook, edit: twin.edit, ...(without === undefined ? {} : { without }) })
}

function compiled(of: CatalogueSources): ReturnType<typeof compileCatalogue> {
  return compileCatalogue(of, shippedContracts)
}

function compiledIn(of: CatalogueSources, { runbook }: Scenario): CompiledRunbook {
  const { runbooks, diagnostics } = compiled(of)
  const found = runbooks[runbook]
  if (found === undefined) throw new Error(`${runbook}: ${diagnostics.map(({ message }) => message).join('; ')}`)
  return found
}

/** Of the harm, what was tried and denied by the rule. */
function deniedHarm({ plan, sealed }: Played, { harm, without }: Twin): string[] {
  const denied = sealed.record.entries
    .filter((entry): entry is RunEntry & { kind: 'effect' } => entry.kind === 'effect')
    .filter(({ result }) => result.status === 'denied' && result.denial.rule === without)
    .map(({ step }) => plan.steps.find(({ id }) => id === step))
    .flatMap((step) => (step?.kind === 'do' ? [plan.contracts[step.action]] : []))
    .flatMap((contract) => (contract?.kind === 'action' ? Object.keys(contract.effects) : []))
  return harm.filter((effect) => denied.includes(effect))
}

/** The bundle verifies, and its receipts are just what the platform's own journal says that the run did. */
function expectEvidence({ sealed, journal }: Played): void {
  expect(sealed.verification.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(sealed.verification.verdict).toBe('verified')
  expect(sealed.verification.signed?.predicate.gaps).toEqual([])
  expect(sealed.verification.signed?.predicate.contradictions).toEqual([])
  const receipts = doorFiles(sealed, 'receipt').flatMap(({ effects }) => effects)
  expect(receipts.sort()).toEqual([...journal].sort())
}
