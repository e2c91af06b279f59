import type { Condition, StepPlan } from '../../../schemas/plan.ts'
import { siteOfStep } from './sites.ts'
import type { Site } from './sites.ts'
import { framesOf, prefixOf, Ways } from './ways.ts'
import type { Frame, Results } from './ways.ts'

/** Is it certain, whenever a run comes to a place, that one of these others was carried out before? */
export function certainlyBefore(candidates: readonly Site[], there: Site): boolean {
  if (there.outcome !== undefined) return there.outcome.when.some((clause) => showsThat(clause, candidates, there))
  const own = there.undo ? candidates.filter(({ step, undo }) => step === there.step && !undo) : []
  if (own.length > 0) return true
  const frames = framesOf(there)
  const needs = candidates.flatMap((site) => needsOf(site, frames) ?? [])
  const ways = new Ways(frames)
  return needs.length > 0 && !someWay(ways, ways.given(), { needs, cases: { left: CASES } })
}

/** Can one run come to both places? Where that would take too long to find out, it can. Items of one loop go ways of their own. */
export function onOnePath(one: Site, other: Site): boolean {
  const loops = loopsAround(one)
  if (loopsAround(other).some((loop) => loops.includes(loop))) return true
  if (one.step !== undefined && one.step === other.step) return !areOptions(one, other)
  const frames = [...framesOf(one), ...framesOf(other)]
  const ways = new Ways(frames.sort((a, b) => b.earlier.length - a.earlier.length))
  const met = [one, other].flatMap(({ outcome, caller }) =>
    (outcome?.when ?? []).map((clause) => ({ prefix: prefixOf({ caller }), clause })),
  )
  const given = met.reduce<Results>((known, { prefix, clause }) => {
    const at = `${prefix}${clause.step}`
    const before = known.get(at)
    return new Map([...known, [at, new Set(clause.results.filter((result) => before?.has(result) !== false))]])
  }, ways.given())
  const needs = frames.flatMap(({ prefix, conditions }) =>
    conditions.map(({ step }) => ({ prefix, step, results: [] })),
  )
  return someWay(ways, given, { needs, cases: { left: CASES } })
}

/** The loops in which a place stands, those around its callers too, by their own place. */
function loopsAround({ around, step, caller }: Site): string[] {
  const own = [...around, ...(step === undefined ? [] : [step])].filter(({ forEach }) => forEach !== undefined)
  return [...own.map(({ id }) => `${prefixOf({ caller })}${id}`), ...(caller === undefined ? [] : loopsAround(caller))]
}

/** Of the options of one question a person takes one. */
function areOptions(one: Site, other: Site): boolean {
  return one.at !== other.at && one.at.includes('?') && other.at.includes('?')
}

/** So many cases are looked at. */
const CASES = 1000

type Need = Condition[number] & { readonly prefix: string }

interface Search {
  readonly needs: readonly Need[]
  readonly cases: { left: number }
}

/** Is there a way on which none of the needs is surely met? Splits on the steps that they name; too many cases count as one. */
function someWay(ways: Ways, start: Results, search: Search): boolean {
  const known = ways.concluded(start)
  if (known === undefined) return false
  const of = ({ prefix, step }: Need) => [...ways.possible(known, `${prefix}${step}`)]
  if (search.needs.some((need) => of(need).every((result) => need.results.includes(result)))) return false
  const open = search.needs.find((need) => of(need).length > 1)
  if (open === undefined || (search.cases.left -= 1) < 0) return true
  return of(open).some((result) => {
    return someWay(ways, ways.narrowed(known, open.prefix, { step: open.step, results: [result] }), search)
  })
}

/** An outcome that asks for the result of a step is only met where the run came to that step. */
function showsThat({ step: id, results }: Condition[number], candidates: readonly Site[], outcome: Site): boolean {
  const site = siteOfStep(outcome, id)
  if (site === undefined || results.includes('skipped')) return false
  const itself = site.step !== undefined && results.every((result) => happened(site.step).includes(result))
  return (itself && candidates.some(({ at }) => at === site.at)) || certainlyBefore(candidates, site)
}

/** The result that shows that a place was carried out; undefined where nothing on the way can show it. */
function needsOf({ step, around, caller, undo, at }: Site, frames: readonly Frame[]): Need | undefined {
  if (step === undefined || undo || at.includes('?')) return undefined
  const prefix = prefixOf({ caller })
  const chain = [...around, step]
  const from = chain.findIndex((inner) =>
    frames.some((frame) => frame.prefix === prefix && frame.earlier.includes(inner)),
  )
  const [outermost, ...inner] = from < 0 ? [] : chain.slice(from)
  if (outermost === undefined || [outermost, ...inner].some(({ forEach }) => forEach !== undefined)) return undefined
  return inner.some(mayBePassed) ? undefined : { prefix, step: outermost.id, results: happened(outermost) }
}

/** Inside a block that is done, everything was carried out that has no condition and stops the block where it fails. */
function mayBePassed(step: StepPlan): boolean {
  return step.when.length > 0 || step.continueOn.some((result) => !happened(step).includes(result))
}

/** With these results, what a step does has happened. */
function happened(step: StepPlan | undefined): readonly string[] {
  return step?.kind === 'do' || step?.kind === 'read' ? ['done', 'timed-out'] : ['done']
}
