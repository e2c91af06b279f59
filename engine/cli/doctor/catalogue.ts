import { definitionsFromAllowlist } from '../../../actions/allowlist.ts'
import { definitions } from '../../../actions/index.ts'
import { compileConfigured } from '../../host/installation.ts'
import { schedulesOf } from '../../host/schedules/schedule.ts'
import type { CompiledCatalogue } from '../../language/catalogue.ts'
import { counted } from '../view/counted.ts'
import { note, ok, wrong } from './finding.ts'
import type { Finding, Look } from './finding.ts'

/** Does the catalogue compile, what is in it, and can all of it be carried out here? */
export const catalogue: Look = {
  part: 'catalogue',
  look: async ({ config }) => {
    const compiled = await compileConfigured(config)
    const mistakes = compiled.diagnostics.filter(({ severity }) => severity === 'error').length
    if (mistakes > 0) return [wrong(`${config.catalogue} has ${counted(mistakes, 'mistake')}`, 'runproof check')]
    const runbooks = Object.keys(compiled.runbooks)
    if (runbooks.length === 0) return [note(`${config.catalogue} has no runbook`, 'runproof init')]
    const schedules = schedulesOf(compiled.runbooks).length
    const rules = counted(compiled.rules.length, 'rule')
    const counts = `${counted(runbooks.length, 'runbook')}, ${rules}, ${counted(schedules, 'schedule')}`
    return [ok(`${counts}, ${compiled.digest}`), ...withoutAdapter(compiled)]
  },
}

/** Such a runbook is refused when it is started, by the names of what it lacks. */
function withoutAdapter({ runbooks, allowlist }: CompiledCatalogue): Omit<Finding, 'part'>[] {
  const here = new Set([...definitions, ...definitionsFromAllowlist(allowlist)].map(({ name }) => name))
  return Object.entries(runbooks).flatMap(([id, { plan }]) => {
    const lacking = Object.keys(plan.contracts).filter((name) => !here.has(name))
    if (lacking.length === 0) return []
    const shown = `${lacking.slice(0, 3).join(', ')}${lacking.length > 3 ? ` and ${lacking.length - 3} more` : ''}`
    return [note(`${id} is refused here: nothing carries out ${shown}`, 'bring an adapter: actions/README.md')]
  })
}
