import type { Condition } from '../../../schemas/plan.ts'
import type { Step } from './step.ts'

/** What is known at one point of one path. Valid only during the visit. */
export interface Point {
  /** Results so far, by step; a step that was passed over is `skipped`. */
  readonly results: ReadonlyMap<string, string>
  /** Facts that have been read. */
  readonly read: ReadonlySet<string>
  /** Steps that were carried out, in order, the current one excluded. */
  readonly taken: readonly Step[]
}

/** What a walk over all paths tells. */
export interface Visitor {
  /** A step is reached; does its condition hold here? */
  reaches(step: Step, holds: boolean, point: Point): void
  /** The step begins. */
  begins(step: Step, point: Point): void
  /** The step has read its facts, and its expectation is judged. */
  expects(step: Step, point: Point): void
  /** A path ends: at the end of the list, or by a result that stops it. */
  ends(point: Point, stop: { readonly step: Step; readonly result: string } | undefined): void
}

/** More paths than this are refused: nobody could have thought of all of them. */
export const MAX_PATHS = 65_536

/** Walks over every combination of results, pruned by conditions. Answers whether there were few enough. */
export function walkPaths(
  steps: readonly Step[],
  visitor: Visitor,
): { readonly paths: number; readonly complete: boolean } {
  const walk = new Walk(steps, visitor)
  walk.from(0)
  return { paths: walk.paths, complete: walk.paths <= MAX_PATHS }
}

/** Is every clause of the condition met by the results so far? */
export function holdsAt(condition: Condition, results: ReadonlyMap<string, string>): boolean {
  return condition.every(({ step, results: wanted }) => wanted.includes(results.get(step) ?? ''))
}

class Walk {
  paths = 0
  readonly #steps: readonly Step[]
  readonly #visitor: Visitor
  readonly #results = new Map<string, string>()
  readonly #read = new Set<string>()
  readonly #taken: Step[] = []

  constructor(steps: readonly Step[], visitor: Visitor) {
    this.#steps = steps
    this.#visitor = visitor
  }

  from(at: number): void {
    if (this.paths > MAX_PATHS) return
    const step = this.#steps[at]
    if (step === undefined) return this.#end(undefined)
    const holds = holdsAt(step.plan.when, this.#results)
    this.#visitor.reaches(step, holds, this.#point)
    if (holds) this.#take(step, at)
    else this.#with(step.plan.id, 'skipped', () => this.from(at + 1))
  }

  #take(step: Step, at: number): void {
    this.#visitor.begins(step, this.#point)
    const fresh = step.reads.map(({ text }) => text).filter((fact) => !this.#read.has(fact))
    for (const fact of fresh) this.#read.add(fact)
    this.#visitor.expects(step, this.#point)
    this.#taken.push(step)
    for (const result of step.results) this.#with(step.plan.id, result, () => this.#after(step, { result, at }))
    this.#taken.pop()
    for (const fact of fresh) this.#read.delete(fact)
  }

  #after(step: Step, { result, at }: { result: string; at: number }): void {
    if (step.plan.continueOn.includes(result)) this.from(at + 1)
    else this.#end({ step, result })
  }

  #with(id: string, result: string, go: () => void): void {
    this.#results.set(id, result)
    go()
    this.#results.delete(id)
  }

  #end(stop: { step: Step; result: string } | undefined): void {
    this.paths += 1
    if (this.paths <= MAX_PATHS) this.#visitor.ends(this.#point, stop)
  }

  get #point(): Point {
    return { results: this.#results, read: this.#read, taken: this.#taken }
  }
}
