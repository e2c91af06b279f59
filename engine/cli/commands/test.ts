import { contractOf } from '../../../actions/contract.ts'
import { definitionsFromAllowlist } from '../../../actions/allowlist.ts'
import type { Scenario } from '../../../schemas/scenario.ts'
import { readConfig } from '../../host/config.ts'
import { echoed } from '../../host/echo.ts'
import { shippedContracts } from '../../host/installation.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { readCatalogue, textsOf } from '../../language/catalogue.ts'
import { mutate } from '../../rehearsal/mutate.ts'
import type { Mutation } from '../../rehearsal/mutate.ts'
import { prepare, tryOut } from '../../rehearsal/trial.ts'
import type { Prepared, Trial } from '../../rehearsal/trial.ts'
import type { Material } from '../../rehearsal/twin.ts'
import { runbookOf, soundCatalogue } from '../catalogue.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { columns, print, printJson, say } from '../terminal.ts'
import { trialsJson } from '../view/trials-json.ts'
import { mutationText, summaryText, trialText, unmutatedText } from '../view/trial-text.ts'

/** Options of `runproof test`. */
export interface Testing {
  readonly lab?: true
  readonly mutate?: true
  readonly filter?: string
  readonly json?: true
}

/**
 * Tries scenarios on recorded facts, and on the lab where that is asked for; exits 1 where one ends otherwise than it says, or a
 * mutant of a rule is not noticed.
 */
export async function test({ folder, args, options }: Call<Testing>): Promise<Exit> {
  const material = await materialIn(folder)
  const chosen = chosenOf(material, args[0], options.filter)
  const onFacts = chosen.filter(({ against }) => against === 'facts')
  const lab = chosen.filter(({ against }) => against === 'lab')
  const prepared = onFacts.flatMap((scenario) => prepare(material, scenario) ?? [])
  const show = shower(material, options)
  const trials = await tryAll(prepared, show)
  const mutation = options.mutate === true ? await mutated(prepared, { trials, material, options }) : undefined
  const played = options.lab === true ? await onLab(material, lab, show) : []
  if (played === undefined) return EXIT.interrupted
  const tried = { facts: trials, lab: played, waiting: options.lab === true ? [] : lab }
  if (options.json === true) printJson(trialsJson(tried, mutation))
  else print(summaryText(tried, mutation).join('\n'))
  return [...trials, ...played].every(isGood) && survivingRules(mutation) === 0 ? EXIT.ok : EXIT.runbookWrong
}

/** The servers, and what plays on them, are loaded by those alone who ask for them. */
async function onLab(material: Material, lab: readonly Scenario[], show: Show): Promise<Trial[] | undefined> {
  if (lab.length === 0) {
    say('none of these scenarios is `against: lab`: nothing is started')
    return []
  }
  const { tryAllOnLab } = await import('../lab/try-on-lab.ts')
  return tryAllOnLab(material, lab, show)
}

async function materialIn(folder: string): Promise<Material> {
  const config = readConfig(folder)
  const catalogue = await soundCatalogue(config)
  const own = definitionsFromAllowlist(catalogue.allowlist).map(contractOf)
  const sources = await readCatalogue(config.catalogue, { overlays: config.policyOverlays })
  return { sources, contracts: [...shippedContracts, ...own], catalogue }
}

function chosenOf({ catalogue }: Material, named: string | undefined, filter = ''): Scenario[] {
  const runbook = named === undefined ? undefined : runbookOf(catalogue, named).plan.runbook.id
  const chosen = catalogue.scenarios.filter(
    (scenario) => (runbook === undefined || scenario.runbook === runbook) && scenario.id.includes(filter),
  )
  if (chosen.length > 0) return chosen.sort((a, b) => compare(a.runbook, b.runbook) || compare(a.id, b.id))
  const of = runbook === undefined ? 'the catalogue' : `\`${runbook}\``
  const with_ = filter === '' ? '' : ` whose id has \`${echoed(filter)}\``
  throw new OperatorError(
    'RP0002',
    `${of} has no scenario${with_}`,
    'scenarios lie in the folder `scenarios` of the catalogue',
  )
}

/** Shows a trial that has ended. */
type Show = (trial: Trial, ms: number) => void

/** Trials of one runbook stand under its name. */
function shower({ sources }: Material, { json }: Testing): Show {
  const texts = textsOf(sources)
  let head = ''
  return (trial, ms) => {
    if (json === true) return
    const { runbook, against } = trial.scenario
    const over = against === 'lab' ? `${runbook}, on the practice platform` : runbook
    if (head !== over) print(over)
    head = over
    print(trialText(trial, { texts, ms, width: columns() }).join('\n'))
  }
}

/** One after another, each shown when it has ended. */
async function tryAll(prepared: readonly Prepared[], show: Show): Promise<Trial[]> {
  const trials: Trial[] = []
  for (const one of prepared) {
    const began = performance.now()
    const trial = await tryOut(one)
    trials.push(trial)
    show(trial, Math.round(performance.now() - began))
  }
  return trials
}

/** What fails already would hide what nobody notices: then nothing is mutated. */
async function mutated(
  prepared: readonly Prepared[],
  { trials, material, options }: { trials: readonly Trial[]; material: Material; options: Testing },
): Promise<Mutation | undefined> {
  const tell = options.json === true ? say : print
  const failed = trials.filter((trial) => !isGood(trial)).length
  if (failed > 0) {
    tell(`\n${unmutatedText(failed)}`)
    return undefined
  }
  if (options.json !== true) say('mutating rules and runbooks …')
  const mutation = await mutate(prepared, material.catalogue.rules)
  if (options.json !== true) print(['', ...mutationText(mutation)].join('\n'))
  return mutation
}

function isGood({ differences }: Trial): boolean {
  return differences.length === 0
}

function survivingRules(mutation: Mutation | undefined): number {
  return (mutation?.survivors ?? []).filter(({ of }) => of === 'rule').length
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
