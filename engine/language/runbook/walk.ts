import type { Condition } from '../../../schemas/plan.ts'
import type { Body } from './check-paths.ts'
import { everyStep } from './step.ts'
import type { Step } from './step.ts'
import { References } from './references.ts'

/** What is known at one point of a path, or of several paths that differ in nothing that matters behind it. */
export interface Point {
  /** Results so far, by step; a step that was passed over is `skipped`. */
  readonly results: ReadonlyMap<string, string>
  /** Facts that have been read. */
  readonly read: ReadonlySet<string>
  /** Blocks around. */
  readonly inside: ReadonlySet<string>
  /** Items of the loops around. */
  readonly items: ReadonlySet<string>
  /** Steps that were carried out on the first of these paths, in order, the current one excluded. */
  readonly taken: readonly Step[]
  /** Steps that were carried out on some of them, those of blocks among them. */
  readonly before: ReadonlySet<string>
}

/** A step with the result that stops a list of steps. */
export interface Stop {
  readonly step: Step
  readonly result: string
}

/** What a walk over all paths tells. */
export interface Visitor {
  /** A step is reached; does its condition hold here? */
  reaches(step: Step, holds: boolean, point: Point): void
  /** A loop takes its list. */
  loops(step: Step, point: Point): void
  /** The step begins, in a loop for one of its items. */
  begins(step: Step, point: Point): void
  /** The step has read its facts, and its expectation is judged. */
  expects(step: Step, point: Point): void
  /** A path of the runbook ends: at the end of the list, or by a result that stops it. */
  ends(point: Point, stop: Stop | undefined): void
}

/** More paths than this are refused: nobody could have thought of all of them. */
export const MAX_PATHS = 65_536

/**
 * Walks over every combination of results, pruned by conditions. Paths that differ only in what nothing behind asks for are
 * walked together, and counted one by one. Answers whether there were few enough.
 */
export function walkPaths(body: Body, visitor: Visitor): { readonly paths: number; readonly complete: boolean } {
  const walk = new Walk(body, visitor)
  walk.whole()
  return { paths: walk.paths, complete: walk.paths <= MAX_PATHS }
}

/** Is every clause of the condition met by the results so far? */
export function holdsAt(condition: Condition, results: ReadonlyMap<string, string>): boolean {
  return condition.every(({ step, results: wanted }) => wanted.includes(results.get(step) ?? ''))
}

interface State extends Point {
  /** So many paths are alike. */
  readonly count: number
}

interface End {
  readonly state: State
  readonly stop: Stop | undefined
}

class Walk {
  paths = 0
  readonly #body: Body
  readonly #visitor: Visitor
  readonly #references: References

  constructor(body: Body, visitor: Visitor) {
    this.#body = body
    this.#visitor = visitor
    this.#references = new References(body)
  }

  whole(): void {
    const start: State = { ...NOWHERE, count: 1 }
    for (const { state, stop } of this.#level(this.#body.steps, start, this.#references.atTheEnd()))
      this.#visitor.ends(state, stop)
  }

  /** All ways through a list of steps; `behind` is what is asked for after it. */
  #level(steps: readonly Step[], start: State, behind: ReadonlySet<string>): End[] {
    const ends: End[] = []
    let states: readonly State[] = [start]
    const askedBehind = this.#references.behind(steps, behind)
    // Of what comes later nothing is known in any state: it tells none of them from the others.
    const known = new Set([...start.results.keys(), ...start.read])
    for (const [at, step] of steps.entries()) {
      const asked = askedBehind[at] ?? behind
      known.add(step.plan.id)
      for (const { text } of step.reads) known.add(text)
      const next = new Merged([...asked].filter((name) => known.has(name)))
      for (const state of states) {
        this.#step(step, state, { next, ends, asked })
        if (next.size > MAX_PATHS) break
      }
      states = next.all()
      if (this.paths + states.length > MAX_PATHS) this.paths += states.length
      if (this.paths > MAX_PATHS) return []
    }
    for (const state of states) this.#end(ends, { state, stop: undefined })
    return ends
  }

  #step(step: Step, state: State, to: { next: Merged; ends: End[]; asked: ReadonlySet<string> }): void {
    const holds = holdsAt(step.plan.when, state.results)
    this.#visitor.reaches(step, holds, state)
    if (!holds) return to.next.add(ended(state, step, 'skipped'))
    const results = this.#carriedOut(step, state, to.asked)
    const after = passed(state, step)
    for (const result of results) {
      const here = ended(after, step, result)
      if (step.plan.continueOn.includes(result)) to.next.add(here)
      else this.#end(to.ends, { state: here, stop: { step, result } })
    }
  }

  #end(ends: End[], end: End): void {
    ends.push(end)
    this.paths += end.state.count
  }

  /** Carries a step out, and answers how it can end. */
  #carriedOut(step: Step, state: State, asked: ReadonlySet<string>): readonly string[] {
    const { loop } = step
    if (loop === undefined) return this.#once(step, state, asked)
    this.#visitor.loops(step, state)
    const items = new Set([...state.items, loop.item.name])
    return [...new Set([...this.#once(step, { ...state, items }, asked), 'failed'])]
  }

  #once(step: Step, state: State, asked: ReadonlySet<string>): readonly string[] {
    this.#visitor.begins(step, state)
    const read = withFacts(state.read, step)
    this.#visitor.expects(step, { ...state, read })
    return step.plan.kind === 'block' ? this.#block(step, state, asked) : step.results
  }

  /** All ways through a block; whatever happens in it, those who stand behind it see `done` or `failed`. */
  #block(block: Step, state: State, asked: ReadonlySet<string>): readonly string[] {
    const inside = new Set([...state.inside, block.plan.id])
    const ends = this.#level(block.steps, { ...state, inside }, asked)
    const found = new Set<string>(ends.map(({ stop }) => (stop === undefined ? 'done' : 'failed')))
    return block.results.filter((result) => found.has(result))
  }
}

const NOWHERE: Point = {
  results: new Map(),
  read: new Set(),
  inside: new Set(),
  items: new Set(),
  taken: [],
  before: new Set(),
}

function ended(state: State, { plan }: Step, result: string): State {
  return { ...state, results: new Map(state.results).set(plan.id, result) }
}

/** What a loop or a block reads is seen inside only. */
function passed(state: State, step: Step): State {
  const apart = step.loop !== undefined || step.plan.kind === 'block'
  return {
    ...state,
    read: apart ? state.read : withFacts(state.read, step),
    taken: [...state.taken, step],
    before: new Set([...state.before, ...everyStep([step]).map(({ plan }) => plan.id)]),
  }
}

function withFacts(read: ReadonlySet<string>, { reads }: Step): ReadonlySet<string> {
  return reads.every(({ text }) => read.has(text)) ? read : new Set([...read, ...reads.map(({ text }) => text)])
}

/** States of which each differs from the others in something that is asked for later. */
class Merged {
  readonly #asked: readonly string[]
  readonly #states = new Map<string, State>()

  constructor(asked: readonly string[]) {
    this.#asked = asked
  }

  add(state: State): void {
    const key = this.#keyOf(state)
    const like = this.#states.get(key)
    if (like === undefined) return void this.#states.set(key, state)
    const before = new Set([...like.before, ...state.before])
    this.#states.set(key, { ...like, before, count: like.count + state.count })
  }

  get size(): number {
    return this.#states.size
  }

  all(): readonly State[] {
    return [...this.#states.values()]
  }

  #keyOf({ results, read }: State): string {
    return this.#asked.map((name) => results.get(name) ?? (read.has(name) ? 'read' : '')).join('|')
  }
}
