import { contractOf } from '../../../actions/contract.ts'
import { definitionsFromAllowlist } from '../../../actions/allowlist.ts'
import type { Contract } from '../../../schemas/contract.ts'
import type { PolicyValue } from '../../../schemas/plan.ts'
import { checkPredicate } from '../../core/cel.ts'
import { judge } from '../../core/judge.ts'
import type { Judgement } from '../../core/judge.ts'
import { readConfig } from '../../host/config.ts'
import { readContracts, readFacts } from '../../host/facts-file.ts'
import { compileConfigured, shippedContracts } from '../../host/installation.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { print, printJson, say } from '../terminal.ts'
import { problemsText } from '../view/problem-text.ts'
import { verdictLines } from '../view/verdict-text.ts'
import { scopeOf } from './scope.ts'
import type { Ground } from './scope.ts'

interface Evaluating {
  readonly facts: string
  readonly types?: readonly string[]
  readonly json?: true
}

/** Judges one predicate on facts that somebody wrote down: true, false or unknown, with the reasons. Exits 0 only where it is true. */
export async function evaluate({ folder, args: [cel = ''], options }: Call<Evaluating>): Promise<Exit> {
  const ground = await groundOf(folder, options.types ?? [])
  const scope = scopeOf(await readFacts(options.facts), ground)
  const checked = checkPredicate(cel, scope.types)
  if (!checked.ok) {
    for (const line of problemsText(cel, checked.problems)) say(line)
    return EXIT.runbookWrong
  }
  const place = { file: '', line: 1, col: 1 }
  const judged = judge({ cel, uses: checked.uses, place }, scope)
  report(cel, judged, options)
  return judged.says === 'true' ? EXIT.ok : EXIT.refused
}

function report(cel: string, judged: Judgement, { json }: Evaluating): void {
  if (json === true) printJson({ predicate: cel, ...judged })
  else for (const line of verdictLines({ ...judged, by: cel })) print(line)
}

/** Contracts and policy of the catalogue, where there is one; without it, those that are shipped and those that are named. */
async function groundOf(folder: string, files: readonly string[]): Promise<Ground> {
  const named = (await Promise.all(files.map(async (file) => readContracts(file)))).flat()
  const { contracts, policy } = await catalogueGround(folder)
  return { contracts: new Map([...contracts, ...named].map((contract) => [contract.name, contract])), policy }
}

async function catalogueGround(folder: string): Promise<{
  readonly contracts: readonly Contract[]
  readonly policy: Readonly<Record<string, PolicyValue>>
}> {
  try {
    const { allowlist, policy } = await compileConfigured(readConfig(folder))
    return { contracts: [...shippedContracts, ...definitionsFromAllowlist(allowlist).map(contractOf)], policy }
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'RP0106') throw error
    return { contracts: shippedContracts, policy: {} }
  }
}
