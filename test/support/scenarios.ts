import { randomBytes } from 'node:crypto'
import type { CompiledRunbook } from '../../engine/language/catalogue.ts'
import { textOf } from '../../engine/core/operand.ts'
import { lineage } from '../../engine/core/rules.ts'
import { happeningSchemas } from '../../lab/happenings/schemas.ts'
import { canonical } from '../../schemas/canonical.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { Circumstance, Expected, Incident, LabHappening, Scenario } from '../../schemas/scenario.ts'
import type { RunState } from '../../schemas/run.ts'
import { aheadOf, asRead, filledIn, setAfter, setBefore } from './incidents.ts'
import type { LabIncident, Scene, Stage } from './incidents.ts'
import { admin } from './installation.ts'
import { effectsIn, journalOf, rolesTold, witnessed } from './lab-records.ts'
import { effectsOf, openSealed } from './sealed.ts'
import type { Sealed } from './sealed.ts'

export type { Stage } from './incidents.ts'

/** A scenario that was played to its end. */
export interface Played {
  readonly runId: string
  readonly plan: Plan
  readonly state: RunState
  readonly sealed: Sealed
  /** Effects of the run, as the platform's journal tells them. */
  readonly journal: readonly string[]
  readonly told: readonly string[]
  /** Incidents whose moment never came, and what the platform refused. */
  readonly unfired: readonly string[]
}

/** Plays a scenario against the lab, in an environment of its own, with one Plan of its runbook. */
export async function play(stage: Stage, scenario: Scenario, compiled: CompiledRunbook): Promise<Played> {
  requirePlayable(scenario)
  const own = ownNames(scenario.inputs)
  const scene: Scene = { ...stage, plan: compiled.plan, inputs: { ...scenario.inputs, ...own } }
  await admin(stage.lab, 'POST', '/environments', { environment: own['environment'], apps: [own['app']] })
  for (const circumstance of scenario.given) await bringAbout(stage, inLab(circumstance, own))
  const incidents = scenario.during.map((incident) => ({ ...inLab(incident, own), at: incident.at }))
  const { state, set } = await runThrough(scene, compiled, incidents)
  return {
    runId: state.runId,
    plan: compiled.plan,
    state,
    sealed: await openSealed(stage.installation, state.runId),
    journal: effectsIn(await journalOf(stage.lab, own)),
    told: await rolesTold(stage.lab, state.runId),
    unfired: await unfired(stage, set),
  }
}

/** Runs the Plan to its end, with the incidents each at its moment. */
async function runThrough(
  scene: Scene,
  compiled: CompiledRunbook,
  written: readonly LabIncident[],
): Promise<{ state: RunState; set: number[] }> {
  const incidents = await Promise.all(written.map(async (one) => filledIn(one, aheadOf(scene))))
  const set: number[] = []
  for (const one of incidents.filter(({ at }) => at.moment === 'before')) set.push(await setBefore(scene, one))
  const { runId } = await scene.installation.startPlan(compiled, scene.inputs)
  for (const one of incidents.filter(({ at }) => at.moment === 'after')) set.push(await setAfter(scene, one, runId))
  const state = await scene.installation.sealed(runId)
  const asItRead = await Promise.all(written.map(async (one) => filledIn(one, asRead(state))))
  if (canonical(asItRead) !== canonical(incidents))
    throw new Error('the run has read otherwise than its incidents assume')
  return { state, set }
}

function requirePlayable({ id, against, answers }: Scenario): void {
  if (against !== 'lab') throw new Error(`${id} is played against ${against}, not against the lab`)
  if (Object.keys(answers).length > 0) throw new Error(`${id} needs answers of people, who are not on the lab`)
}

/** The scenario's environment and app, under names that no other run has. */
function ownNames(inputs: JsonObject): JsonObject {
  const suffix = randomBytes(4).toString('hex')
  const renamed = ['environment', 'app'].map((name) => [name, `${textOf(inputs[name] ?? name)}-${suffix}`] as const)
  return Object.fromEntries(renamed)
}

function inLab(circumstance: Circumstance | Incident, own: JsonObject): LabHappening {
  if (!('lab' in circumstance)) throw new Error('on the lab something happens: it has no recorded facts')
  const { lab, with: input } = circumstance
  const renamed = Object.keys(input).filter((name) => name in own)
  return { lab, with: { ...input, ...Object.fromEntries(renamed.map((name) => [name, own[name] ?? null])) } }
}

/** What can happen happens at once; everything else is a fault that stays on. */
async function bringAbout({ lab }: Stage, { lab: name, with: input }: LabHappening): Promise<void> {
  if (Object.hasOwn(happeningSchemas, name)) await admin(lab, 'POST', `/${name}`, input)
  else await admin(lab, 'POST', '/faults', { fault: name, ...input })
}

/** What was set and has not happened, be it that the platform refused it. */
async function unfired({ lab }: Stage, set: readonly number[]): Promise<string[]> {
  const { items } = await admin<{ items: { id: number; fault: { fault: string } }[] }>(lab, 'GET', '/faults')
  const { answered } = await admin<{ answered: Record<string, number> }>(lab, 'GET', '/counters')
  const waiting = items.flatMap(({ id, fault }) => (set.includes(id) ? [fault.fault] : []))
  return [...waiting, ...Object.keys(answered).filter((name) => name.startsWith('refused '))]
}

/** What came out, in the words in which the scenario says what must. */
export function outcomeOf({ sealed, told }: Played, expected: Expected): Expected {
  const { entries, outcome } = sealed.record
  const ended = new Map(
    entries.flatMap((entry) => (entry.kind === 'step' ? [[entry.step, entry.result] as const] : [])),
  )
  const steps = Object.keys(expected.steps).map((step) => [step, ended.get(step) ?? 'not reached'] as const)
  return {
    outcome: outcome.name,
    steps: Object.fromEntries(steps),
    ...(outcome.denial?.rule === undefined ? {} : { deniedBy: outcome.denial.rule }),
    never: expected.never,
    told,
  }
}

/** Those of the effects, or of effects below them, that happened: by a receipt, by a claim, or by the platform's journal. */
export function happened({ plan, sealed, journal }: Played, effects: readonly string[]): string[] {
  const unseen = effects.find((effect) => !witnessed(effect) && !effect.startsWith('claim.'))
  if (unseen !== undefined) throw new Error(`nothing on the lab would show that \`${unseen}\` happened`)
  const all = [...effectsOf(sealed), ...journal]
  return effects.filter((effect) => all.some((one) => lineage(one, plan.effects).includes(effect)))
}
