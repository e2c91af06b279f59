import type { ActionContract } from '../../schemas/contract.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import type { ClaimResult, Denial, EffectResult, OptionsVerdict } from '../../schemas/run.ts'
import type { ClaimCall, OptionsCall, PerformCall } from '../core/ports.ts'
import { siteOf } from '../core/rules.ts'
import type { GuardedEffect } from '../core/rules.ts'
import { isAllowlisted } from '../language/ground/entry-contracts.ts'
import { judgeAct } from './judging.ts'
import type { Act, Bench, Judged } from './judging.ts'

/** One pass of the door, purely: the premise on the fresh value, the rules, then the effect on the recorded world. */
export async function performHere(bench: Bench, call: PerformCall): Promise<EffectResult> {
  const contract = bench.stage.contracts.get(call.action)
  if (contract?.kind !== 'action')
    return { status: 'failed', message: `there is no action \`${call.action}\``, evidence: {} }
  const act: Act = {
    guarded: guardedBy(contract, call.input),
    site: siteOf(call.step),
    instance: call.step,
    grounds: call.grounds,
  }
  const passed = await untilKnown(bench, async () => passOnce(bench, act, { contract, input: call.input }))
  if ('conflict' in passed) return { status: 'conflict', ...passed.conflict, evidence: {} }
  if (passed.denial !== undefined) return { status: 'denied', denial: passed.denial, evidence: {} }
  const done = bench.world.act(call.action, call.input)
  if ('fails' in done) return { status: 'failed', message: done.fails, evidence: {} }
  if (isAllowlisted(call.action)) bench.unverified.add(call.step)
  return { status: 'done', output: done.output, effects: Object.keys(contract.effects), evidence: {} }
}

/** Says an outcome's claims, where the rules allow it (G20, form 5). */
export async function claimHere(bench: Bench, { outcome, claims, grounds }: ClaimCall): Promise<ClaimResult> {
  const end = outcome.lastIndexOf('.') + 1
  const site = `${siteOf(outcome.slice(0, end))}outcome:${outcome.slice(end)}`
  const act = { guarded: claims, site, instance: outcome, grounds }
  const { denial, verdicts, facts } = await untilKnown(bench, async () => judgeAct(bench, act))
  if (denial !== undefined) return { status: 'denied', denial, facts, evidence: {} }
  return { status: 'said', verdicts, facts, evidence: {} }
}

/** Which options of a question the rules allow (G22). */
export async function optionsHere(bench: Bench, { step, grounds, options }: OptionsCall): Promise<OptionsVerdict> {
  const denied: Record<string, Denial> = {}
  for (const { name, effects } of options) {
    const act = { guarded: effects, site: `${siteOf(step)}?${name}`, instance: step, grounds }
    const { denial } = await untilKnown(bench, async () => judgeAct(bench, act))
    if (denial !== undefined) denied[name] = denial
  }
  return { allowed: options.map(({ name }) => name).filter((name) => !Object.hasOwn(denied, name)), denied }
}

interface Conflict {
  readonly conflict: { readonly expected: Json; readonly found: Json }
}

/** What is unknown is looked at again when `unknownFor` is over, and then denies. */
async function untilKnown<T extends Judged | Conflict>(bench: Bench, look: () => Promise<T>): Promise<T> {
  const first = await look()
  if ('conflict' in first || first.denial?.unknown !== true) return first
  await bench.clock.sleep(bench.stage.plan.unknownForMs)
  return look()
}

interface Attempt {
  readonly contract: ActionContract
  readonly input: JsonObject
}

async function passOnce(bench: Bench, act: Act, attempt: Attempt): Promise<Judged | Conflict> {
  const premise = premiseOf(bench, attempt)
  if (premise !== undefined && 'conflict' in premise) return premise
  const judged = await judgeAct(bench, act)
  return premise === undefined ? judged : { ...judged, denial: premise }
}

/** The fresh value must equal the one on which the decision rested (G7). */
function premiseOf({ stage, world, clock }: Bench, { contract, input }: Attempt): Denial | Conflict | undefined {
  const { premise } = contract
  if (premise === undefined) return undefined
  const fields = Object.keys(stage.contracts.get(premise.reading)?.input.fields ?? {})
  const asked = Object.fromEntries(fields.flatMap((name) => (input[name] === undefined ? [] : [[name, input[name]]])))
  const record = world.read({ fact: 'premise', action: premise.reading, input: asked }, clock.nowMs())
  const found = (record.value as JsonObject | undefined)?.[premise.field]
  const expected = input[premise.input] ?? null
  if (record.unknown === undefined && found !== undefined && record.roundTrip)
    return found === expected ? undefined : { conflict: { expected, found } }
  const message = `cannot tell whether the value that the decision rested on still stands (${premise.reading})`
  return { by: 'facts', unknown: true, message, verdicts: [], next: 'find out why the authority does not answer' }
}

/** The effects of an action, with their targets filled from its input. */
function guardedBy({ effects }: ActionContract, input: JsonObject): GuardedEffect[] {
  return Object.entries(effects).map(([effect, fields]) => ({
    effect,
    target: Object.fromEntries(
      Object.entries(fields).flatMap(([field, from]): [string, Json][] => {
        const value = typeof from === 'string' ? input[from] : from.literal
        return value === undefined ? [] : [[field, value]]
      }),
    ),
  }))
}
