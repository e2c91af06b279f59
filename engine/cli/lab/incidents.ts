import { resolveOperands, textOf } from '../../core/operand.ts'
import { variablesOf } from '../../core/variables.ts'
import { readConfig } from '../../host/config.ts'
import { Connections } from '../../host/connections.ts'
import { takeReading } from '../../host/readings.ts'
import { definitions } from '../../../actions/index.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { RunState } from '../../../schemas/run.ts'
import type { Incident } from '../../../schemas/scenario.ts'
import type { LabInstallation } from './installation.ts'
import { lastReading, requireHold, timesRead } from './moments.ts'
import { admin } from './practice.ts'
import type { Practice } from './practice.ts'

/** Where a scenario is played. */
export interface LabStage {
  readonly practice: Practice
  readonly installation: LabInstallation
}

/** A run in which something is to happen. */
export interface Scene extends LabStage {
  readonly plan: Plan
  readonly inputs: JsonObject
}

/** Something that happens on the lab between two moments of a run. */
export type LabIncident = Extract<Incident, { readonly lab: string }>

/**
 * Sets what is to happen before a step's effect, before the run begins: right after the last reading above it was answered,
 * counted in requests, never in seconds. The door reads side by side, and finds the changed world.
 */
export async function setBefore({ plan, practice }: Scene, incident: LabIncident): Promise<number> {
  const reading = lastReading(plan, incident.at.step)
  const when = { after: reading.replace('platform.', ''), count: timesRead(plan, incident.at.step, reading) }
  return set(practice, { fault: incident.lab, with: incident.with, when })
}

/**
 * Sets what is to happen after a step that must hold for a while, while it holds: before the platform is asked anything again.
 * The step itself must not ask the platform, or it would happen too early. Undefined where the run never came there.
 */
export async function setAfter(scene: Scene, incident: LabIncident, runId: string): Promise<number | undefined> {
  const { step } = incident.at
  requireHold(scene.plan, step)
  const holds = ({ steps }: RunState) => steps.some(({ id, status }) => id === step && status === 'running')
  const state = await scene.installation.until(runId, (now) => holds(now) || now.outcome !== undefined)
  if (!holds(state)) return undefined
  const id = await set(scene.practice, { fault: incident.lab, with: incident.with, when: { before: 'readings' } })
  return holds(await scene.installation.state(runId)) ? id : undefined
}

async function set(practice: Practice, fault: object): Promise<number> {
  return (await admin<{ id: number }>(practice, 'POST /faults', fault)).id
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

/** The facts as the run itself has read them. */
export function asRead({ facts }: RunState): Look {
  return (name) => {
    const value = facts[name]?.value
    if (value === undefined) throw new Error(`the run ended without having read \`${name}\``)
    return value as JsonObject
  }
}

/** Takes the reading of a fact whose inputs are those of the run: what the run will read, as long as nothing changes. */
export function aheadOf({ installation, plan, inputs }: Scene): Look {
  return async (name) => {
    const fact = plan.facts[name]
    const definition = definitions.find((one) => one.name === fact?.action)
    if (fact === undefined || definition?.kind !== 'reading') throw new Error(`there is no fact \`${name}\``)
    const resolved = resolveOperands(fact.with, {
      types: variablesOf(plan),
      values: { inputs },
      facts: {},
      records: {},
    })
    if ('unknown' in resolved) throw new Error(`\`${name}\` cannot be read before the run: ${resolved.unknown}`)
    const connections = new Connections(readConfig(installation.folder), { allow: [], ownPorts: [] })
    const record = await takeReading(definition, { name, input: resolved.input }, connections)
    if (record.value === undefined) throw new Error(`\`${name}\` is unknown: ${record.unknown?.detail ?? ''}`)
    return record.value as JsonObject
  }
}
