import { readConfig } from '../../engine/host/config.ts'
import { Connections } from '../../engine/host/connections.ts'
import { takeReading } from '../../engine/host/readings.ts'
import { resolveOperands, textOf } from '../../engine/core/operand.ts'
import { variablesOf } from '../../engine/core/variables.ts'
import { definitions } from '../../actions/index.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { DoStep, Plan, StepPlan } from '../../schemas/plan.ts'
import type { RunState } from '../../schemas/run.ts'
import type { Incident } from '../../schemas/scenario.ts'
import { admin } from './installation.ts'
import type { Installation } from './installation.ts'
import type { Lab } from '../../lab/start-lab.ts'

/** Where a scenario is played. */
export interface Stage {
  readonly lab: Lab
  readonly installation: Installation
}

/** A run in which something is to happen. */
export interface Scene extends Stage {
  readonly plan: Plan
  readonly inputs: JsonObject
}

/** Something that happens on the lab between two moments of a run. */
export type LabIncident = Extract<Incident, { readonly lab: string }>

/**
 * Sets what is to happen before a step's effect, before the run begins: right after the last reading above it was answered,
 * counted in requests, never in seconds. The door reads side by side, and finds the changed world.
 */
export async function setBefore(scene: Scene, incident: LabIncident): Promise<number> {
  const reading = lastReading(scene.plan, incident.at.step)
  const when = { after: reading.replace('platform.', ''), count: timesRead(scene.plan, incident.at.step, reading) }
  return set(scene.lab, { fault: incident.lab, with: incident.with, when })
}

/**
 * Sets what is to happen after a step that must hold for a while, while it holds: before the platform is asked anything again.
 * The step itself must not ask the platform, or it would happen too early.
 */
export async function setAfter(scene: Scene, incident: LabIncident, runId: string): Promise<number> {
  const { step } = incident.at
  requireHold(scene.plan, step)
  const holds = ({ steps }: RunState) => steps.some(({ id, status }) => id === step && status === 'running')
  const state = await scene.installation.until(runId, (now) => holds(now) || now.outcome !== undefined)
  if (!holds(state)) throw new Error(`the run ended before it came to \`${step}\``)
  const id = await set(scene.lab, { fault: incident.lab, with: incident.with, when: { before: 'readings' } })
  if (!holds(await scene.installation.state(runId))) throw new Error(`\`${step}\` ended before its incident was set`)
  return id
}

async function set(lab: Lab, fault: object): Promise<number> {
  return (await admin<{ id: number }>(lab, 'POST', '/faults', fault)).id
}

/** The value of a fact, by its name. */
export type Look = (fact: string) => Promise<JsonObject> | JsonObject

/** The incident with `{{fact.field}}` filled in. */
export async function filledIn(incident: LabIncident, look: Look): Promise<LabIncident> {
  const entries = Object.entries(incident.with).map(async ([name, value]) => [name, await filled(value, look)] as const)
  return { ...incident, with: Object.fromEntries(await Promise.all(entries)) }
}

async function filled(value: Json, look: Look): Promise<Json> {
  const [, fact = '', field = ''] = /^\{\{(\w+)\.(\w+)\}\}$/.exec(textOf(value)) ?? []
  if (fact === '') return value
  const found = (await look(fact))[field]
  if (found === undefined) throw new Error(`the fact \`${fact}\` has no field \`${field}\``)
  return found
}

/** Takes the reading of a fact whose inputs are those of the run: what the run will read, as long as nothing changes. */
export function aheadOf(scene: Scene): Look {
  return async (name) => readAhead(scene, name)
}

/** The facts as the run itself has read them. */
export function asRead({ facts }: RunState): Look {
  return (name) => {
    const value = facts[name]?.value
    if (value === undefined) throw new Error(`the run ended without having read \`${name}\``)
    return value as JsonObject
  }
}

async function readAhead({ installation, plan, inputs }: Scene, name: string): Promise<JsonObject> {
  const fact = plan.facts[name]
  const definition = definitions.find((one) => one.name === fact?.action)
  if (fact === undefined || definition?.kind !== 'reading') throw new Error(`there is no fact \`${name}\``)
  const resolved = resolveOperands(fact.with, { types: variablesOf(plan), values: { inputs }, facts: {}, records: {} })
  if ('unknown' in resolved) throw new Error(`\`${name}\` cannot be read before the run: ${resolved.unknown}`)
  const connections = new Connections(readConfig(installation.folder), { allow: [], ownPorts: [] })
  const record = await takeReading(definition, { name, input: resolved.input }, connections)
  if (record.value === undefined) throw new Error(`\`${name}\` is unknown: ${record.unknown?.detail ?? ''}`)
  return record.value as JsonObject
}

/** What the platform is asked last before the step, alone of all that is asked side by side. */
function lastReading(plan: Plan, id: string): string {
  const above = plan.steps.slice(0, plan.steps.indexOf(stepOf(plan, id)))
  const last = above.findLast((step) => step.kind === 'read' && asked(plan, step.facts).length > 0)
  const [reading, ...beside] = last?.kind === 'read' && last.expect === undefined ? asked(plan, last.facts) : []
  if (reading === undefined || beside.length > 0)
    throw new Error(`nothing can be set before \`${id}\`: no single reading of the platform comes last before it`)
  return reading
}

function asked(plan: Plan, facts: readonly string[]): string[] {
  return facts.flatMap((name) => plan.facts[name]?.action ?? []).filter((action) => action.startsWith('platform.'))
}

/** How often the steps above ask for a reading; only what is asked a known number of times can be counted. */
function timesRead(plan: Plan, id: string, reading: string): number {
  const above = plan.steps.slice(0, plan.steps.indexOf(stepOf(plan, id)))
  const reads = (names: readonly string[]) => names.filter((name) => plan.facts[name]?.action === reading).length
  const again = above.find((step) => 'expect' in step && step.expect && reads(step.expect.facts) > 0)
  if (again) throw new Error(`\`${again.id}\` asks for ${reading} until something holds: nobody knows how often`)
  return above.reduce(
    (times, step) => times + (step.kind === 'read' ? reads(step.facts) : atDoor(plan, step, reading)),
    0,
  )
}

/** A door above asks for its own premise, and its rules for their facts. */
function atDoor(plan: Plan, step: StepPlan, reading: string): number {
  if (step.kind !== 'do') return 0
  const byRule = plan.rules.some(({ facts }) => Object.values(facts).some(({ action }) => action === reading))
  if (byRule) throw new Error(`a rule asks for ${reading}: nobody knows how often`)
  return premiseOf(plan, step) === reading ? 1 : 0
}

function premiseOf(plan: Plan, { action }: DoStep): string | undefined {
  const contract = plan.contracts[action]
  return contract?.kind === 'action' ? contract.premise?.reading : undefined
}

function requireHold(plan: Plan, id: string): void {
  const step = stepOf(plan, id)
  const expect = 'expect' in step ? step.expect : undefined
  const asksPlatform = expect?.facts.some((name) => plan.facts[name]?.action.startsWith('platform.'))
  if (expect === undefined || expect.holdsForMs === 0 || asksPlatform === true)
    throw new Error(`nothing can be set after \`${id}\`: it does not hold for a while without asking the platform`)
}

function stepOf(plan: Plan, id: string): StepPlan {
  const step = plan.steps.find((one) => one.id === id)
  if (step === undefined) throw new Error(`there is no step \`${id}\``)
  return step
}
