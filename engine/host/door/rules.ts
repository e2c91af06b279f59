import type { FactRecord } from '../../../schemas/fact.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, Grounds, SignedVote, Verdict } from '../../../schemas/run.ts'
import { applyOverrides, concerns, denialOf, heldBy, judgeRule, staleness, together } from '../../core/rules.ts'
import type { GuardedEffect, Held, RunSoFar, Seen } from '../../core/rules.ts'
import type { Host } from '../host.ts'
import { voteCounts } from '../votes.ts'
import { bindingRules } from './binding-rules.ts'
import type { BindingRule } from './binding-rules.ts'
import type { PassReadings } from './pass-readings.ts'

/** Whose effects are judged: a pass of the door, a claim, an option of a question. */
export interface Judging {
  readonly seam: { readonly host: Host; heartbeat(): void }
  /** The Plans at work, the admitted one first. */
  readonly plans: readonly Plan[]
  readonly run: RunSoFar
  /** Where the effects are about to be caused (`siteOf`). */
  readonly site: string
  /** The instance in whose name people may have voted. */
  readonly id: string
  readonly grounds?: Grounds
  readonly requesters: readonly string[]
  readonly planDigest: string
}

export interface Judged {
  readonly verdicts: readonly Verdict[]
  readonly denial: Denial | undefined
}

/** Judges effects by every rule that binds, on facts that are read for it now. What a second person has overridden, is let through. */
export async function judgeEffects(
  judging: Judging,
  guarded: readonly GuardedEffect[],
  readings: PassReadings,
): Promise<Judged> {
  judging.seam.heartbeat()
  const concerned = concernedIn(judging, guarded)
  const found = await Promise.all(
    concerned.map(async ({ bound, effect }) => judgeRule(bound, effect, seenBy(judging, bound, readings))),
  )
  const verdicts = applyOverrides(found.flat(), overridesIn(judging), judging.run)
  const denial = denialOf(
    verdicts,
    concerned.map(({ bound }) => bound.rule),
  )
  return { verdicts, denial }
}

/** The resources over which the rules want leases at these effects (G3), sorted; or why nobody can tell. */
export async function resourcesHeld(
  judging: Judging,
  guarded: readonly GuardedEffect[],
  readings: PassReadings,
): Promise<Held> {
  const holding = concernedIn(judging, guarded).filter(({ bound }) => holds(bound))
  return together(
    await Promise.all(
      holding.map(async ({ bound, effect }) => heldBy(bound, effect, seenBy(judging, bound, readings))),
    ),
  )
}

function holds({ rule }: BindingRule): boolean {
  return rule.checks.some((check) => check.form === 'require' && (check.hold ?? []).length > 0)
}

function concernedIn(
  { plans, seam }: Judging,
  guarded: readonly GuardedEffect[],
): { bound: BindingRule; effect: GuardedEffect }[] {
  const rules = bindingRules(plans, seam.host)
  return guarded.flatMap((effect) => rulesOn(effect.effect, rules).map((bound) => ({ bound, effect })))
}

const concerning = new WeakMap<readonly BindingRule[], Map<string, readonly BindingRule[]>>()

/** Rules do not change, and one Plan causes few effects: which of them concern an effect is found out once. */
function rulesOn(effect: string, rules: readonly BindingRule[]): readonly BindingRule[] {
  const known = concerning.get(rules) ?? new Map<string, readonly BindingRule[]>()
  concerning.set(rules, known)
  const found = known.get(effect) ?? rules.filter(({ rule, effects }) => concerns(rule, effect, effects))
  known.set(effect, found)
  return found
}

/** What a rule may see. */
export function seenBy(judging: Judging, { effects, contracts }: BindingRule, readings: PassReadings): Seen {
  const { plans, run, site } = judging
  const [root] = plans
  const taken = takenIn(judging)
  return {
    run,
    effects,
    contracts,
    doubt: staleness,
    read: async (name, fact, input) => readings.read(name, fact, input),
    ...(taken === undefined ? {} : { taken }),
    ...(root === undefined ? {} : { way: { plan: root, at: site } }),
  }
}

/** Readings of this run that were really taken here; what is not, was never a reading. */
function takenIn({ grounds, seam: { host }, run }: Judging): FactRecord[] | undefined {
  if (grounds === undefined) return undefined
  return (grounds.taken ?? []).filter((fact) => host.keys.readHere(run.id, fact)).map(({ record }) => record)
}

/** Overrides for this very instance that count: taken here, by a second person who has the role (G26). */
function overridesIn({ grounds, seam: { host }, run, id, requesters, planDigest }: Judging): SignedVote[] {
  return (grounds?.votes ?? []).filter(
    (signed) =>
      signed.vote.decision === 'override' &&
      signed.vote.step === id &&
      voteCounts(host, signed, { runId: run.id, who: [signed.vote.role], requesters, planDigest }).counted,
  )
}
