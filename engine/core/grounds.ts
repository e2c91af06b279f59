import type { Operand, Operands, Plan } from '../../schemas/plan.ts'
import type { AttestedFact, Grounds } from '../../schemas/run.ts'
import type { Run } from './run.ts'
import { attestedFacts, fromTheTop } from './seen.ts'

/** What the door needs in order to follow the way to an effect, a claim or a question for itself (G25). */
export function groundsOf(run: Run, named: readonly Operands[]): Grounds {
  const places = fromTheTop(run)
  const lists = places.flatMap((place) => [...place.lists])
  const { votes, taken } = run.whole
  return {
    facts: attestedFacts(run, rootsOf(named)),
    decisions: Object.fromEntries(places.flatMap(({ bases }) => [...bases])),
    votes,
    ...(lists.length === 0 ? {} : { lists: Object.fromEntries(lists) }),
    ...(taken.size === 0 ? {} : { taken: [...taken.values()] }),
  }
}

/** What happened inside is seen inside only; what it rests on is followed by the door, also for what comes after. */
export function handOverGrounds(run: Run, place: Run): void {
  for (const [decision, basis] of place.bases) run.bases.set(decision, basis)
  for (const [list, basis] of place.lists) run.lists.set(list, basis)
}

/** The roots of all paths that these operands name. */
export function rootsOf(named: readonly Operands[]): Set<string> {
  return new Set(named.flatMap((operands) => Object.values(operands).flatMap(rootsIn)))
}

function rootsIn(operand: Operand): string[] {
  if ('literal' in operand) return []
  const paths =
    'path' in operand ? [operand.path] : operand.text.flatMap((part) => (typeof part === 'string' ? [] : [part.path]))
  return paths.map(([root = '']) => root)
}

/** Keeps the newest reading of each action and input for which a rule of form 3 asks. */
export function noteTaken({ whole }: Run, reading: AttestedFact): void {
  const { action, input } = reading.record
  if (reading.signature === '' || !wantedBy(whole.plan).has(action)) return
  whole.taken.set(`${action} ${JSON.stringify(input)}`, reading)
}

const wantedByPlan = new WeakMap<Plan, ReadonlySet<string>>()

function wantedBy(plan: Plan): ReadonlySet<string> {
  const wanted = wantedByPlan.get(plan) ?? new Set(wantedReadings(plan))
  wantedByPlan.set(plan, wanted)
  return wanted
}

function wantedReadings({ rules, callees = {} }: Plan): string[] {
  const own = rules.flatMap(({ checks }) => checks.flatMap((check) => (check.form === 'after' ? check.after : [])))
  return [...own, ...Object.values(callees).flatMap(wantedReadings)]
}
