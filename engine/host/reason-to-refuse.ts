import type { FactRecord } from '../../schemas/fact.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Plan, StepPlan } from '../../schemas/plan.ts'
import type { AdmitRequest, Denial } from '../../schemas/run.ts'
import type { Host } from './host.ts'
import { readUntilKnown, takeReading } from './readings.ts'

/** An admission is good for so long until its run begins. */
const GOOD_FOR_MS = 24 * 3_600_000

/**
 * Why a run may not begin here, if it may not: its admission is too old, this worker cannot carry its Plan out, the platform is
 * not of the kind that the runbook is for, or a subject that its inputs name does not exist: a label or a slip of the keyboard
 * proves nothing.
 */
export async function reasonToRefuse({ admission, plan }: AdmitRequest, host: Host): Promise<Denial | undefined> {
  const { inputs, admittedAt } = admission.admission
  const denial = tooOld(admittedAt) ?? withoutAdapter(plan, host) ?? onOtherTopology(plan, host)
  if (denial !== undefined) return denial
  for (const name of ['environment', 'app']) {
    const missing = await missingSubject(name, { plan, inputs }, host)
    if (missing !== undefined) return missing
  }
  return undefined
}

function tooOld(admittedAt: string): Denial | undefined {
  const age = Date.now() - Date.parse(admittedAt)
  return age <= GOOD_FOR_MS
    ? undefined
    : refused(`this admission is of ${admittedAt}, and was good for 24 hours`, 'start the runbook again')
}

/**
 * What is only declared has types and rules, and nothing that carries it out. A reading that rules alone ask for is not looked at
 * here: where it is asked for, it is unknown, and denies.
 */
function withoutAdapter(plan: Plan, host: Host): Denial | undefined {
  const missing = withCallees(plan)
    .flatMap(neededBy)
    .filter((name) => !host.definitions.has(name))
  if (missing.length === 0) return undefined
  const names = [...new Set(missing)].sort().map((name) => `\`${name}\``)
  return refused(
    `this worker has nothing that carries out ${names.join(', ')}: only contracts`,
    'add an adapter to the actions of this installation (actions/README.md); an allowlist that has changed holds once the workers are started again',
  )
}

/** The actions and readings that the steps of a Plan themselves need. */
function neededBy({ facts, steps, contracts }: Plan): string[] {
  const actions = steps.flatMap(actionsOf)
  const premises = actions.flatMap((name) => {
    const contract = contracts[name]
    return contract?.kind === 'action' && contract.premise !== undefined ? [contract.premise.reading] : []
  })
  return [...Object.values(facts).map(({ action }) => action), ...actions, ...premises]
}

function actionsOf(step: StepPlan): string[] {
  if (step.kind === 'block') return step.steps.flatMap(actionsOf)
  return step.kind === 'do' ? [step.action, ...(step.undo === undefined ? [] : [step.undo.action])] : []
}

function onOtherTopology(plan: Plan, { config }: Host): Denial | undefined {
  for (const { runbook } of withCallees(plan)) {
    const wanted = runbook.topology ?? []
    if (wanted.length === 0 || wanted.some((name) => config.topology.includes(name))) continue
    const here = config.topology.length === 0 ? 'nothing is said of the platform here' : config.topology.join(', ')
    return refused(
      `\`${runbook.id}\` is for the topology ${wanted.join(' or ')}; here: ${here}`,
      'say what the platform is like under `topology` in runproof.yaml',
    )
  }
  return undefined
}

function withCallees(plan: Plan): Plan[] {
  return [plan, ...Object.values(plan.callees ?? {}).flatMap(withCallees)]
}

function refused(message: string, next: string): Denial {
  return { by: 'admission', unknown: false, message, verdicts: [], next }
}

async function missingSubject(
  name: string,
  run: { readonly plan: Plan; readonly inputs: JsonObject },
  host: Host,
): Promise<Denial | undefined> {
  const reading = host.definitions.get(`platform.${name}`)
  if (run.plan.inputs[name] === undefined || reading?.kind !== 'reading') return undefined
  const fields = Object.keys(host.contracts.get(reading.name)?.input.fields ?? {})
  const input = Object.fromEntries(
    fields.flatMap((field) => (run.inputs[field] === undefined ? [] : [[field, run.inputs[field]]])),
  )
  const record = await readUntilKnown(
    async () => takeReading(reading, { name, input }, host.connections),
    run.plan.unknownForMs,
  )
  const exists = (record.value as JsonObject | undefined)?.['exists']
  if (exists === true) return undefined
  return notThere(name, `${name} ${JSON.stringify(run.inputs[name] ?? null)}`, record)
}

function notThere(name: string, subject: string, { unknown }: FactRecord): Denial {
  const denial = { by: 'facts', unknown: unknown !== undefined, verdicts: [] } as const
  if (unknown !== undefined) {
    const message = `cannot confirm that ${subject} exists: ${unknown.detail}`
    return { ...denial, message, next: 'see what keeps the platform from being asked: runproof doctor' }
  }
  const next = `name ${name === 'app' ? 'an app' : 'an environment'} that the platform knows`
  return { ...denial, message: `the platform knows no ${subject}`, next }
}
