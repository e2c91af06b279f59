import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { LabInstallation } from '../../engine/cli/lab/installation.ts'
import { atLabSpeed, tryOnLab } from '../../engine/cli/lab/trial.ts'
import type { LabBench } from '../../engine/cli/lab/trial.ts'
import { Cleanup } from '../../engine/cli/up/cleanup.ts'
import { shippedContracts } from '../../engine/host/installation.ts'
import { compileCatalogue, readCatalogue } from '../../engine/language/catalogue.ts'
import type { Material } from '../../engine/rehearsal/twin.ts'
import { happeningSchemas } from '../../lab/happenings/schemas.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Scenario } from '../../schemas/scenario.ts'
import { openLab } from '../support/installation.ts'
import { services } from '../support/services.ts'

const sources = await readCatalogue('runbooks')
const catalogue = compileCatalogue(sources, shippedContracts)
const scenarios = catalogue.scenarios.filter(({ against }) => against === 'lab')
const cleanup = new Cleanup()

let bench: LabBench

beforeAll(async () => {
  bench = await open({ sources, contracts: shippedContracts, catalogue })
})
afterAll(async () => cleanup.all())

describe('on the practice platform', () => {
  test('what a scenario expects is wrong in each of its parts, and each difference is told with its place', async () => {
    const wrong = await tryOnLab(bench, wronged(scenarioOf('rolled-back')))
    expect(wrong.differences.map(({ at }) => at).sort()).toEqual([
      'claims.claim.data-recovered',
      'deniedBy',
      'never.route.rollback',
      'outcome',
      'steps.rollback',
      'told',
    ])
    expect(wrong.differences.every(({ at }) => wrong.scenario.spans[at] !== undefined)).toBe(true)
  }, 120_000)

  test('what cannot be played is told, and is no success', async () => {
    const asking = { ...scenarioOf('rolled-back'), answers: { rollback: 'done' } }
    const nowhere = { ...scenarioOf('rolled-back'), inputs: {}, given: [{ lab: 'no-such-fault', with: {} }] }
    expect((await tryOnLab(bench, asking)).differences[0]?.actual).toContain('it needs answers of people')
    expect((await tryOnLab(bench, nowhere)).differences[0]?.actual).toContain(
      'the practice platform refuses POST /faults',
    )
  })

  /** Evidence verifies, and tells the same as the platform's own journal; else there is a difference. */
  test.each(named(scenarios))(
    'G23: %s ends as it says; its naive twin is denied, and does the harm where the rule is not there',
    async (_id, scenario) => {
      const { differences, rehearsed, twin } = await tryOnLab(bench, scenario)
      expect(differences).toEqual([])
      expect(rehearsed?.outcome.name).toBe(scenario.expect.outcome)
      expect(twin?.stoppedBy === 'run' || twin?.stoppedBy === 'compiler').toBe(scenario.twin !== undefined)
    },
    120_000,
  )

  test('G23: a twin that its rule does not stop, and one that does no harm without it, are told', async () => {
    const harm = ['promotion.freeze', 'artifact.build']
    const twin = { without: 'no-rebuild-as-rollback', harm, edit: [] }
    const tried = await tryOnLab(bench, { ...scenarioOf('schema-changes-before-rollback'), twin })
    expect(tried.twin?.stoppedBy).toBe('nobody')
    expect(tried.differences.map(({ at, expected }) => `${at}: ${expected}`)).toEqual([
      'twin: with no-rebuild-as-rollback the twin is denied by it',
      'twin: with no-rebuild-as-rollback there is no promotion.freeze',
      'twin: without no-rebuild-as-rollback the twin does artifact.build',
    ])
  }, 120_000)
})

/** The other rules have their twins on recorded facts (test/rehearsal). */
test('G23: there is a twin for every rule of a runbook that the platform can carry out', () => {
  const tried = scenarios.flatMap(({ twin }) => twin?.without ?? [])
  const cited = catalogue.runbooks['bad-deploy']?.plan.doNot ?? []
  expect(cited.length).toBeGreaterThan(2)
  expect(cited.filter((id) => !tried.includes(id) && guardsEffects(id))).toEqual([])
})

/** On the servers of this test run. */
async function open(material: Material): Promise<LabBench> {
  const lab = await openLab({ trafficTailMs: 500 })
  cleanup.after(async () => lab.stop())
  const { values } = parse(await readFile('lab/policy.yaml', 'utf8')) as { values: JsonObject }
  const practice = { ...lab, happenings: Object.keys(happeningSchemas), policy: values }
  const scratch = await mkdtemp(join(tmpdir(), 'runproof-scenarios-'))
  cleanup.after(async () => rm(scratch, { recursive: true, force: true }))
  const ground = { practice, temporal: services().temporal.address, scratch, cleanup }
  const quick = atLabSpeed(material, practice)
  return { material: quick, ground, installation: await LabInstallation.open(quick, ground) }
}

function scenarioOf(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id)
  if (found === undefined) throw new Error(`there is no scenario ${id}`)
  return found
}

/** The same scenario, which expects what will not come. */
function wronged(scenario: Scenario): Scenario {
  const never = ['route.rollback']
  const wrong = { outcome: 'rollback-denied', steps: { rollback: 'denied' }, deniedBy: 'no-edge-route-edit', never }
  const claims = ['claim.data-recovered']
  const keys = ['outcome', 'steps.rollback', 'deniedBy', 'never.route.rollback', 'claims.claim.data-recovered', 'told']
  const span = scenario.spans['scenario'] ?? { file: '', start: 0, end: 0 }
  const spans = { ...scenario.spans, ...Object.fromEntries(keys.map((key) => [key, span])) }
  return { ...scenario, expect: { ...wrong, claims, told: ['incident-lead'] }, spans }
}

/** A rule on readings alone is settled by the compiler. */
function guardsEffects(rule: string): boolean {
  const checks = catalogue.rules.find(({ id }) => id === rule)?.checks ?? []
  return checks.some((check) => !('guards' in check) || check.guards.some((guarded) => guarded in catalogue.effects))
}

/** With their ids, as the names of tests. */
function named(all: readonly Scenario[]): [string, Scenario][] {
  return all.map((scenario) => [scenario.id, scenario])
}
