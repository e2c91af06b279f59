import type { EffectReceipt, Verdict } from '../../schemas/door.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { RulePlan } from '../../schemas/plan.ts'
import type { Denial, Grounds } from '../../schemas/run.ts'
import type { BoundRule, GuardedEffect, JudgedVerdict, RunSoFar, Seen } from '../core/rules.ts'
import {
  applyOverrides,
  concerns,
  denialOf,
  heldBy,
  judgeIntervals,
  judgeRule,
  reachableEffects,
  staleness,
} from '../core/rules.ts'
import { siteOf, subjectsOfInputs } from '../core/rules.ts'
import type { JsonObject } from '../../schemas/json.ts'
import type { Stage } from './stage.ts'
import type { VirtualClock } from './virtual-clock.ts'
import type { World } from './world.ts'

/** What rules are judged on in a rehearsal. */
export interface Bench {
  readonly stage: Stage
  readonly world: World
  readonly clock: VirtualClock
  readonly runId: string
  readonly inputs: JsonObject
  /** What the run has caused so far, in order. */
  readonly receipts: () => readonly EffectReceipt[]
  /** Instances whose effects nobody can read back: their replies are all that there is. */
  readonly unverified: Set<string>
}

/** Whose effects are judged. */
export interface Act {
  readonly guarded: readonly GuardedEffect[]
  /** Where they are caused (`siteOf`). */
  readonly site: string
  /** In whose name people may have overridden. */
  readonly instance: string
  readonly grounds: Grounds
}

/** What the rules say of an act, on facts that are read for them now. */
export interface Judged {
  readonly verdicts: readonly Verdict[]
  readonly facts: readonly FactRecord[]
  readonly denial?: Denial
}

/** Judges an act by every rule of the catalogue that it concerns, as the door does (G17). */
export async function judgeAct(bench: Bench, act: Act): Promise<Judged> {
  const facts: FactRecord[] = []
  const seen = seenBy(bench, act, facts)
  const concerned = act.guarded.flatMap((guarded) => rulesAbout(bench, guarded).map((bound) => ({ bound, guarded })))
  const unheld = await unheldBy(concerned, seen)
  if (unheld !== undefined) return { verdicts: [], facts, denial: unheld }
  const found: JudgedVerdict[] = []
  for (const { bound, guarded } of concerned) found.push(...(await judgeRule(bound, guarded, seen)))
  const overrides = act.grounds.votes.filter(({ vote }) => vote.decision === 'override' && vote.step === act.instance)
  const verdicts = applyOverrides(found, overrides, seen.run)
  const denial = denialOf(verdicts, bench.stage.rules)
  return { verdicts, facts, ...(denial === undefined ? {} : { denial }) }
}

/** Judges the rules of form 6 whose interval is open, while the run waits at an instance. */
export async function judgeWait(bench: Bench, instance: string): Promise<Denial | undefined> {
  const grounds: Grounds = { facts: {}, decisions: {}, votes: [] }
  const seen = seenBy(bench, { guarded: [], site: siteOf(instance), instance, grounds }, [])
  const { rules } = bench.stage
  const during = rules.filter(({ checks }) => checks.some(({ form }) => form === 'during'))
  const verdicts: JudgedVerdict[] = []
  for (const rule of during) verdicts.push(...(await judgeIntervals(bound(bench, rule), seen)))
  return denialOf(verdicts, rules)
}

function rulesAbout(bench: Bench, { effect }: GuardedEffect): BoundRule[] {
  const { rules, effects } = bench.stage
  return rules.filter((rule) => concerns(rule, effect, effects)).map((rule) => bound(bench, rule))
}

function bound({ stage }: Bench, rule: RulePlan): BoundRule {
  return { rule, policy: stage.policy }
}

/** Leases are not taken here; that nobody could tell on what, still denies (G3). */
async function unheldBy(
  concerned: readonly { readonly bound: BoundRule; readonly guarded: GuardedEffect }[],
  seen: Seen,
): Promise<Denial | undefined> {
  for (const { bound, guarded } of concerned) {
    const held = await heldBy(bound, guarded, seen)
    if (!('unknown' in held)) continue
    const message = `nobody can tell over which resources this effect must be alone: ${held.unknown}`
    return { by: 'lease', rule: bound.rule.id, unknown: true, message, verdicts: [], next: bound.rule.next }
  }
  return undefined
}

function seenBy(bench: Bench, { site, grounds }: Act, facts: FactRecord[]): Seen {
  const { stage, world, clock } = bench
  return {
    run: runSoFar(bench),
    effects: stage.effects,
    contracts: Object.fromEntries(stage.contracts),
    doubt: staleness,
    read: async (fact, { action }, input) => {
      const record = world.read({ fact, action, input }, clock.nowMs())
      facts.push(record)
      return record
    },
    taken: (grounds.taken ?? []).map(({ record }) => record),
    way: { plan: stage.plan, at: site },
  }
}

function runSoFar({ stage: { plan }, runId, inputs, clock, receipts, unverified }: Bench): RunSoFar {
  return {
    id: runId,
    subjects: subjectsOfInputs(plan.inputs, inputs),
    effects: receipts().map((receipt) => (unverified.has(receipt.step) ? { ...receipt, unverified: true } : receipt)),
    reachable: reachableEffects(plan),
    now: clock.now(),
  }
}
