import type { Span } from '../../../schemas/diagnostic.ts'
import { SUCCESSES } from '../../../schemas/plan.ts'
import type { Use } from '../compile/bench.ts'
import type { Fact } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import type { CompiledOutcome } from './outcomes.ts'
import type { CompiledOutput } from './outputs.ts'
import { isCase } from './step.ts'
import type { Step } from './step.ts'
import { holdsAt, MAX_PATHS, walkPaths } from './walk.ts'
import type { Point, Stop, Visitor } from './walk.ts'
import { Values } from './values.ts'

/** What the analysis of all paths found out, beside mistakes. */
export interface Paths {
  readonly count: number
  /** Step → steps that were carried out before it on some path. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>
  /** Outputs that have no value at the end of some path. */
  readonly open: ReadonlySet<string>
}

/** Facts, steps and outcomes of one runbook, compiled. */
export interface Body {
  readonly facts: ReadonlyMap<string, Fact>
  readonly steps: readonly Step[]
  readonly outcomes: readonly CompiledOutcome[]
  readonly outputs: readonly CompiledOutput[]
  readonly span: Span
}

/** Checks every path: values exist where they are used, conditions are neither always nor never true, outcomes are reached. */
export function checkPaths(body: Body, report: Report): Paths {
  const checker = new PathChecker(body, report)
  const { paths, complete } = walkPaths(body, checker)
  if (complete) checker.conclude()
  else
    report.error('RB0407', body.span, {
      message: `this runbook has more than ${MAX_PATHS} paths: nobody can have thought of all of them`,
      help: 'split it, or let fewer results go on',
    })
  return { count: paths, before: checker.before, open: checker.open }
}

class PathChecker implements Visitor {
  readonly before = new Map<string, Set<string>>()
  readonly open = new Set<string>()
  readonly #body: Body
  readonly #report: Report
  readonly #values: Values
  readonly #met = new Map<string, Set<boolean>>()
  readonly #reached = new Set<CompiledOutcome>()
  readonly #given = new Set<string>()
  /** Outcomes that call a run a success, with what has stopped it. */
  readonly #belied = new Map<CompiledOutcome, Stop>()

  constructor(body: Body, report: Report) {
    this.#body = body
    this.#report = report
    this.#values = new Values(body, report)
  }

  reaches(step: Step, holds: boolean): void {
    const met = this.#met.get(step.plan.id) ?? new Set()
    this.#met.set(step.plan.id, met.add(holds))
  }

  loops(step: Step, point: Point): void {
    if (step.loop !== undefined) this.#values.need(step.loop.list, point)
  }

  begins(step: Step, point: Point): void {
    const before = this.before.get(step.plan.id) ?? new Set()
    for (const id of point.before) before.add(id)
    this.before.set(step.plan.id, before)
    for (const use of [...step.needs, ...(step.holds ?? [])]) this.#values.need(use, point)
  }

  expects(step: Step, point: Point): void {
    for (const fact of step.reads) this.#values.readable(fact, step, point)
    const own = (use: Use) => use.path[0] === step.plan.id
    for (const use of [...step.expects, ...(step.undo?.uses ?? [])]) if (!own(use)) this.#values.need(use, point)
  }

  ends(point: Point, stop: Stop | undefined): void {
    const byCase = stop === undefined || isCase(stop.step.plan, stop.result)
    const fitting = this.#body.outcomes.filter(({ plan: { when } }) => {
      if (!holdsAt(when, point.results)) return false
      return byCase || when.some(({ step }) => step === stop.step.plan.id)
    })
    for (const outcome of fitting) {
      this.#reached.add(outcome)
      const belied = !byCase && SUCCESSES.includes(outcome.plan.as) && !this.#belied.has(outcome)
      if (belied) this.#belied.set(outcome, stop)
    }
    const [first] = fitting
    if (first === undefined) return
    for (const use of first.needs) this.#values.need(use, point)
    for (const { name, use } of this.#body.outputs) (this.#values.known(use, point) ? this.#given : this.open).add(name)
  }

  conclude(): void {
    this.#tellConditions(this.#body.steps)
    for (const outcome of this.#body.outcomes) {
      if (this.#reached.has(outcome) || outcome.plan.when.some(({ step }) => !this.#runs(step))) continue
      this.#report.error('RB0406', outcome.span, {
        message: `no path ends as \`${outcome.plan.name}\``,
        help: 'a run that a failure or a denial stops ends so only where `when` names that very step and result',
      })
    }
    for (const [outcome, stop] of this.#belied) this.#tellBelied(outcome, stop)
    for (const { name, use } of this.#body.outputs) {
      if (this.#given.has(name)) continue
      this.#report.error('RB0402', use.span, {
        message: `\`${use.path[0] ?? ''}\` has no value at the end of any path`,
        help: 'what a block or a loop does is seen inside only',
      })
    }
  }

  /** Whatever the next outcome in the list would say: a claim that a rule denies passes on to this one. */
  #tellBelied({ plan, whenSpan }: CompiledOutcome, { step, result }: Stop): void {
    const { id } = step.plan
    this.#report.error('RB0413', whenSpan, {
      message: `\`${plan.name}\` calls a run a success that \`${id}\` has stopped by \`${result}\``,
      label: 'a result that stops the run',
      help: `say \`as: blocked\` or \`as: escalated\`; where the run may go on without it, add \`continueOn: [${result}]\` to \`${id}\``,
    })
  }

  /** Does any path carry this step out? That none does is told at the step. */
  #runs(step: string): boolean {
    return this.#met.get(step)?.has(true) === true
  }

  /** Of what stands in a block to which no path comes, nothing more can be told. */
  #tellConditions(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#tellCondition(step)
      if (this.#runs(step.plan.id)) this.#tellConditions(step.steps)
    }
  }

  #tellCondition(step: Step): void {
    const met = this.#met.get(step.plan.id)
    if (met === undefined) {
      this.#report.error('RB0404', step.span, {
        message: `no path comes to \`${step.plan.id}\``,
        help: 'the steps above it stop on every result that they can have',
      })
    } else if (!met.has(true)) {
      this.#report.error('RB0404', step.whenSpan, {
        message: `no path fulfils this condition: \`${step.plan.id}\` never runs`,
      })
    } else if (step.plan.when.length > 0 && !met.has(false)) {
      this.#report.error('RB0405', step.whenSpan, { message: 'every path fulfils this condition', help: 'drop `when`' })
    }
  }
}
