import type { Diagnostic } from '../../../schemas/diagnostic.ts'
import type { Scenario, Twin } from '../../../schemas/scenario.ts'
import { compileCatalogue, sourceOf, twinSources } from '../../language/catalogue.ts'
import type { CompiledRunbook } from '../../language/catalogue.ts'
import { differencesOf, differing } from '../../rehearsal/differences.ts'
import type { Difference } from '../../rehearsal/differences.ts'
import type { Trial } from '../../rehearsal/trial.ts'
import { harmlessOf, undeniedOf } from '../../rehearsal/twin.ts'
import type { Material, TwinResult } from '../../rehearsal/twin.ts'
import { Cleanup } from '../up/cleanup.ts'
import { doubtsOf, effectsOf, endedOf } from './ended.ts'
import type { Tried } from './folder.ts'
import { LabInstallation } from './installation.ts'
import type { Ground } from './installation.ts'
import { play } from './play.ts'
import type { Played } from './play.ts'
import type { Practice } from './practice.ts'

/** What scenarios are tried with on the lab: a catalogue at the lab's speed, and an installation of it. */
export interface LabBench {
  readonly material: Material
  readonly ground: Ground
  readonly installation: LabInstallation
}

/** A scenario whose runbook somebody in a hurry has edited. */
type Twinned = Scenario & { readonly twin: Twin }

/** Plays a scenario and its twin on the lab, and says in what they differ from what must come out. */
export async function tryOnLab(bench: LabBench, scenario: Scenario): Promise<Trial> {
  try {
    const played = await playIn(bench, scenario, bench.installation)
    const ended = endedOf(played)
    const own = [...differencesOf(scenario, ended, bench.material.catalogue), ...doubtsOf(played, effectsOf(scenario))]
    if (!isTwinned(scenario)) return { scenario, differences: own, rehearsed: ended }
    const { differences, stoppedBy } = await tryTwin(bench, scenario)
    return { scenario, differences: [...own, ...differences], rehearsed: ended, twin: { stoppedBy } }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { scenario, differences: [differing('scenario', 'it can be played on the lab', message)] }
  }
}

function isTwinned(scenario: Scenario): scenario is Twinned {
  return scenario.twin !== undefined
}

/** With its rule the twin must be denied, and without it the harm must happen (G23). */
async function tryTwin(bench: LabBench, scenario: Twinned): Promise<TwinResult> {
  const { without } = scenario.twin
  const refused = mistakesIn(compileTwin(bench, scenario), scenario)
  // What the compiler refuses comes as a Plan of before the rule: the worker applies its own rules too (G17).
  const guarded = compileTwin(bench, scenario, refused.length === 0 ? undefined : without)
  const naive = refused.length === 0 ? compileTwin(bench, scenario, without) : guarded
  const broken = mistakesIn(naive, scenario)[0]
  if (broken !== undefined)
    return {
      differences: [differing('twin', `without ${without} the twin compiles`, broken.message)],
      stoppedBy: 'nobody',
    }
  const withRule = await playIn({ ...bench, tried: guarded }, scenario, bench.installation)
  const undenied = undeniedOf(scenario, endedOf(withRule), guarded.catalogue)
  const withoutRule = await playNaive({ ...bench, tried: naive }, scenario)
  return {
    differences: [
      ...undenied,
      ...harmlessOf(scenario, endedOf(withoutRule), naive.catalogue),
      ...[withRule, withoutRule].flatMap((played) => [...doubtsOf(played, scenario.twin.harm), ...unfiredIn(played)]),
    ],
    stoppedBy: undenied.length > 0 ? 'nobody' : refused.length > 0 ? 'compiler' : 'run',
  }
}

/** Without the rule nothing knows of it: the worker neither. */
async function playNaive(bench: LabBench & { readonly tried: Tried }, scenario: Scenario): Promise<Played> {
  const installation = await LabInstallation.open(bench.tried, bench.ground)
  const cleanup = new Cleanup()
  cleanup.after(async () => installation.stop())
  return cleanup.afterwards(async () => playIn(bench, scenario, installation))
}

async function playIn(
  { material, ground: { practice }, tried = material }: LabBench & { readonly tried?: Tried },
  scenario: Scenario,
  installation: LabInstallation,
): Promise<Played> {
  return play({ practice, installation }, scenario, runbookIn(tried, scenario))
}

function runbookIn({ catalogue }: Tried, { runbook }: Scenario): CompiledRunbook {
  const found = catalogue.runbooks[runbook]
  if (found === undefined) throw new Error(`${runbook} does not compile: ${catalogue.diagnostics[0]?.message ?? ''}`)
  return found
}

function compileTwin({ material }: LabBench, { runbook, twin }: Twinned, without?: string): Tried {
  const left = without === undefined ? {} : { without }
  const sources = twinSources(material.sources, { runbook, edit: twin.edit, ...left })
  return { sources, catalogue: compileCatalogue(sources, material.contracts) }
}

function mistakesIn({ catalogue }: Tried, { runbook }: Scenario): Diagnostic[] {
  return catalogue.diagnostics.filter(
    ({ severity, span }) => severity === 'error' && span.file.endsWith(`/${runbook}.yaml`),
  )
}

function unfiredIn({ unfired }: Played): Difference[] {
  return unfired.map((number) =>
    differing(`during.${number}`, 'its moment comes in the twin', 'the run never came there'),
  )
}

/** The same catalogue with the policy values that fit the lab, those of them that it has. */
export function atLabSpeed({ sources, contracts }: Material, practice: Practice): Material {
  const { policy } = compileCatalogue(sources, contracts)
  const values = Object.fromEntries(Object.entries(practice.policy).filter(([name]) => Object.hasOwn(policy, name)))
  const overlay = sourceOf('lab-policy.yaml', Buffer.from(JSON.stringify({ values })))
  const quick = { ...sources, overlays: [...sources.overlays, ...(Object.keys(values).length === 0 ? [] : [overlay])] }
  return { sources: quick, contracts, catalogue: compileCatalogue(quick, contracts) }
}
