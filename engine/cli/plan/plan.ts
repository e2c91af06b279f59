import { contractOf } from '../../../actions/contract.ts'
import { definitionsFromAllowlist, placesFromAllowlist } from '../../../actions/allowlist.ts'
import { definitions as shipped } from '../../../actions/index.ts'
import { canonical } from '../../../schemas/canonical.ts'
import { readConfig } from '../../host/config.ts'
import type { Config } from '../../host/config.ts'
import { Connections } from '../../host/connections.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { previewPlan } from '../../host/preview/preview.ts'
import type { Looking, Preview } from '../../host/preview/preview.ts'
import type { CompiledCatalogue, CompiledRunbook } from '../../language/catalogue.ts'
import { runbookOf, soundCatalogue } from '../catalogue.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { startOptions } from '../run/inputs.ts'
import { print, printJson, say } from '../terminal.ts'
import { planText } from '../view/plan-text.ts'
import { diffText } from '../view/plan/diff.ts'
import { liveText } from '../view/plan/live.ts'
import { diffPlans } from './diff.ts'
import { otherPlan } from './other-plan.ts'

interface Showing {
  readonly json?: true
  readonly diff?: string
  readonly live?: true
}

/**
 * Shows a Plan; with inputs, also as it would be now; or what changed since another. As JSON, a Plan is the very bytes of which
 * the digest is taken, without a line end.
 */
export async function plan({ folder, args: [named = '', ...given], options }: Call<Showing>): Promise<Exit> {
  const config = readConfig(folder)
  const catalogue = await soundCatalogue(config)
  const runbook = runbookOf(catalogue, named)
  const live = options.live === true || given.length > 0
  if (options.diff !== undefined && live)
    throw new OperatorError('RP0002', '--diff compares Plans, which have no inputs', 'give either --diff, or inputs')
  if (options.diff !== undefined) return showDiff(runbook, await otherPlan(folder, options.diff), options)
  const preview = live ? await look(runbook, given, { config, catalogue }) : undefined
  return show(runbook, preview, options)
}

function show({ plan: shown, digest }: CompiledRunbook, preview: Preview | undefined, { json }: Showing): Exit {
  if (json === true && preview !== undefined) printJson({ evidence: false, digest, ...preview })
  else if (json === true) {
    process.stdout.write(canonical(shown))
    say(`digest ${digest}`)
  } else
    for (const line of [...planText(shown, digest), ...(preview === undefined ? [] : liveText(preview))]) print(line)
  return EXIT.ok
}

function showDiff(runbook: CompiledRunbook, other: CompiledRunbook, { json }: Showing): Exit {
  const changes = diffPlans(other.plan, runbook.plan)
  const [from, to] = [other.digest, runbook.digest]
  if (json === true) printJson({ from, to, changes })
  else for (const line of diffText(changes, { from, to, plan: runbook.plan })) print(line)
  return EXIT.ok
}

/** The readings are taken as a worker of this folder would take them. */
async function look(
  { plan: shown }: CompiledRunbook,
  given: readonly string[],
  at: { readonly config: Config; readonly catalogue: CompiledCatalogue },
): Promise<Preview> {
  const { inputs } = startOptions(shown, given, 'plan')
  return previewPlan(shown, inputs, lookingOf(at))
}

function lookingOf({ config, catalogue: { allowlist } }: { config: Config; catalogue: CompiledCatalogue }): Looking {
  const definitions = [...shipped, ...definitionsFromAllowlist(allowlist)]
  return {
    definitions: new Map(definitions.map((definition) => [contractOf(definition).name, definition])),
    connections: new Connections(config, { allow: placesFromAllowlist(allowlist), ownPorts: [] }),
  }
}
