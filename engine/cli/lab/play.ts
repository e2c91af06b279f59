import { randomBytes } from 'node:crypto'
import { canonical } from '../../../schemas/canonical.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { RunState } from '../../../schemas/run.ts'
import type { Circumstance, Incident, LabHappening, Scenario } from '../../../schemas/scenario.ts'
import { textOf } from '../../core/operand.ts'
import type { CompiledRunbook } from '../../language/catalogue.ts'
import { Cleanup } from '../up/cleanup.ts'
import { aheadOf, asRead, filledIn, setAfter, setBefore } from './incidents.ts'
import type { LabIncident, LabStage, Scene } from './incidents.ts'
import { effectsOn, rolesTold } from './journal.ts'
import { admin } from './practice.ts'
import type { Practice } from './practice.ts'
import { openSealed } from './sealed.ts'
import type { Sealed } from './sealed.ts'

/** A scenario that was played on the lab to its end. */
export interface Played {
  readonly state: RunState
  readonly sealed: Sealed
  /** Effects of the run, as the platform's journal tells them. */
  readonly journal: readonly string[]
  readonly told: readonly string[]
  /** Numbers of the incidents whose moment never came. */
  readonly unfired: readonly number[]
  /** What was to happen, and the platform did not let it. */
  readonly refused: readonly string[]
}

/** Plays a scenario on the lab with one Plan of its runbook, in an environment of its own. */
export async function play(stage: LabStage, scenario: Scenario, compiled: CompiledRunbook): Promise<Played> {
  requirePlayable(scenario)
  const { practice, installation } = stage
  const own = ownNames(scenario.inputs)
  const scene: Scene = { ...stage, plan: compiled.plan, inputs: { ...scenario.inputs, ...own } }
  await admin(practice, 'POST /environments', { environment: own['environment'], apps: [own['app']] })
  const cleanup = new Cleanup()
  cleanup.after(async () => void (await admin(practice, 'DELETE /faults')))
  return cleanup.afterwards(async () => {
    for (const circumstance of scenario.given) await bringAbout(practice, inLab(circumstance, own))
    const incidents = scenario.during.map((incident) => ({ ...inLab(incident, own), at: incident.at }))
    const before = await refusals(practice)
    const { state, set } = await runThrough(scene, compiled, incidents)
    return {
      state,
      sealed: await openSealed(installation.folder, state.runId),
      journal: await effectsOn(practice, own),
      told: await rolesTold(practice, state.runId),
      unfired: await unfired(practice, set),
      refused: moreThan(before, await refusals(practice)),
    }
  })
}

/** Runs the Plan to its end, with the incidents each at its moment: number → the fault that was set for it, if it was. */
async function runThrough(
  scene: Scene,
  compiled: CompiledRunbook,
  written: readonly LabIncident[],
): Promise<{ state: RunState; set: Map<number, number | undefined> }> {
  const incidents = await Promise.all(written.map(async (one) => filledIn(one, aheadOf(scene))))
  const set = new Map<number, number | undefined>()
  for (const [number, one] of incidents.entries())
    if (one.at.moment === 'before') set.set(number, await setBefore(scene, one))
  const runId = await scene.installation.begin(compiled, scene.inputs)
  for (const [number, one] of incidents.entries())
    if (one.at.moment === 'after') set.set(number, await setAfter(scene, one, runId))
  const state = await scene.installation.until(runId, ({ phase }) => phase === 'sealed')
  const asItRead = await Promise.all(written.map(async (one) => filledIn(one, asRead(state))))
  if (canonical(asItRead) !== canonical(incidents))
    throw new Error('the run has read otherwise than its incidents assume')
  return { state, set }
}

function requirePlayable({ answers }: Scenario): void {
  if (Object.keys(answers).length > 0)
    throw new Error('it needs answers of people, who are not on the lab: play it `against: facts`')
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
  const renamed = Object.keys(input).filter((name) => Object.hasOwn(own, name))
  return { lab, with: { ...input, ...Object.fromEntries(renamed.map((name) => [name, own[name] ?? null])) } }
}

/** What can happen happens at once; everything else is a fault that stays on. */
async function bringAbout(practice: Practice, { lab: name, with: input }: LabHappening): Promise<void> {
  if (practice.happenings.includes(name)) await admin(practice, `POST /${name}`, input)
  else await admin(practice, 'POST /faults', { fault: name, ...input })
}

async function unfired(practice: Practice, set: ReadonlyMap<number, number | undefined>): Promise<number[]> {
  const { items } = await admin<{ items: { id: number }[] }>(practice, 'GET /faults')
  const waiting = items.map(({ id }) => id)
  return [...set].flatMap(([number, id]) => (id === undefined || waiting.includes(id) ? [number] : []))
}

/** How often the platform has refused which happening so far. */
async function refusals(practice: Practice): Promise<Readonly<Record<string, number>>> {
  const { answered } = await admin<{ answered: Record<string, number> }>(practice, 'GET /counters')
  return Object.fromEntries(Object.entries(answered).filter(([name]) => name.startsWith('refused ')))
}

function moreThan(before: Readonly<Record<string, number>>, now: Readonly<Record<string, number>>): string[] {
  return Object.keys(now).filter((name) => (now[name] ?? 0) > (before[name] ?? 0))
}
