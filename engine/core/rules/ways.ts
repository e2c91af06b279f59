import type { Condition, StepPlan } from '../../../schemas/plan.ts'
import type { Site } from './sites.ts'

/** One list of steps on the way to a place: the steps before it there, and what must hold to come further in. */
export interface Frame {
  readonly prefix: string
  readonly list: readonly StepPlan[]
  readonly earlier: readonly StepPlan[]
  readonly conditions: Condition
}

/** The results that steps may have had, by their place; what is not in it may have had any with which a run goes on. */
export type Results = ReadonlyMap<string, ReadonlySet<string>>

/** The lists of steps on the way to a place, outermost first. An outcome comes after all steps. */
export function framesOf({ body, caller, around, step }: Site): Frame[] {
  const outer = caller === undefined ? [] : framesOf(caller)
  const prefix = prefixOf({ caller })
  if (step === undefined) return [...outer, { prefix, list: body.steps, earlier: body.steps, conditions: [] }]
  let list = body.steps
  const frames = [...around, step].map((inner): Frame => {
    const frame = { prefix, list, earlier: list.slice(0, list.indexOf(inner)), conditions: inner.when }
    if (inner.kind === 'block') list = inner.steps
    return frame
  })
  return [...outer, ...frames]
}

/** What stands before the ids of the steps of a callee. */
export function prefixOf({ caller }: { readonly caller?: Site | undefined }): string {
  return caller === undefined ? '' : `${caller.at}.`
}

/** All the ways in which a run can come through lists of steps: which results of which steps go together. */
export class Ways {
  readonly #frames: readonly Frame[]

  constructor(frames: readonly Frame[]) {
    this.#frames = frames
  }

  /** What is known at the place itself: its conditions hold. */
  given(): Results {
    const clauses = this.#frames.flatMap(({ prefix, conditions }) => conditions.map((clause) => ({ prefix, clause })))
    return clauses.reduce<Results>((known, { prefix, clause }) => this.narrowed(known, prefix, clause), new Map())
  }

  /** The run has gone past every earlier step: with a result with which it goes on, or passing it over. */
  possible(known: Results, at: string): ReadonlySet<string> {
    const found = known.get(at)
    if (found !== undefined) return found
    for (const { prefix, earlier } of this.#frames) {
      const step = earlier.find(({ id }) => `${prefix}${id}` === at)
      if (step !== undefined) return new Set([...step.continueOn, ...(step.when.length > 0 ? ['skipped'] : [])])
    }
    return new Set()
  }

  narrowed(known: Results, prefix: string, { step, results }: Condition[number]): Results {
    const at = `${prefix}${step}`
    const left = [...this.possible(known, at)].filter((result) => results.includes(result))
    return new Map([...known, [at, new Set(left)]])
  }

  /** What follows for other steps; undefined where no run can be like this. */
  concluded(start: Results): Results | undefined {
    let known = start
    for (let before = -1; before !== sizeOf(known);) {
      before = sizeOf(known)
      for (const { prefix, earlier } of this.#frames)
        for (const step of earlier) known = this.#concludedAt(known, prefix, step)
      if ([...known.values()].some((results) => results.size === 0)) return undefined
    }
    return known
  }

  /** A step that was carried out met its condition, one that was passed over did not; and the other way round. */
  #concludedAt(known: Results, prefix: string, step: StepPlan): Results {
    const at = `${prefix}${step.id}`
    const results = this.possible(known, at)
    if (!results.has('skipped')) return step.when.reduce((now, clause) => this.narrowed(now, prefix, clause), known)
    const of = (clause: Condition[number]) => [...this.possible(known, `${prefix}${clause.step}`)]
    const never = step.when.some((clause) => !of(clause).some((result) => clause.results.includes(result)))
    if (never) return this.narrowed(known, prefix, { step: step.id, results: ['skipped'] })
    const open = step.when.filter((clause) => !of(clause).every((result) => clause.results.includes(result)))
    const carried = [...results].filter((result) => result !== 'skipped')
    if (open.length === 0) return new Map([...known, [at, new Set(carried)]])
    const [clause, ...more] = open
    if (carried.length > 0 || clause === undefined || more.length > 0) return known
    return this.narrowed(known, prefix, {
      ...clause,
      results: of(clause).filter((one) => !clause.results.includes(one)),
    })
  }
}

/** Grows with every step of which something is known, and changes with every result that is ruled out. */
function sizeOf(known: Results): number {
  return [...known.values()].reduce((total, results) => total - results.size, known.size * 1_000)
}
