import type { Span } from '../../../schemas/diagnostic.ts'
import type { Use } from '../compile/bench.ts'
import type { Fact } from '../compile/facts.ts'
import type { Report } from '../report.ts'
import type { CompiledOutcome } from './outcomes.ts'
import type { Step } from './step.ts'
import { holdsAt, MAX_PATHS, walkPaths } from './walk.ts'
import type { Point, Visitor } from './walk.ts'

/** What the analysis of all paths found out, beside mistakes. */
export interface Paths {
  readonly count: number
  /** Step → steps that were carried out before it on some path. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>
}

/** Facts, steps and outcomes of one runbook, compiled. */
export interface Body {
  readonly facts: ReadonlyMap<string, Fact>
  readonly steps: readonly Step[]
  readonly outcomes: readonly CompiledOutcome[]
  readonly span: Span
}

/** Checks every path: values exist where they are used, conditions are neither always nor never true, outcomes are reached. */
export function checkPaths(body: Body, report: Report): Paths {
  const checker = new PathChecker(body, report)
  const { paths, complete } = walkPaths(body.steps, checker)
  if (complete) checker.conclude()
  else
    report.error('RB0407', body.span, {
      message: `this runbook has more than ${MAX_PATHS} paths: nobody can have thought of all of them`,
      help: 'split it, or let fewer results go on',
    })
  return { count: paths, before: checker.before }
}

class PathChecker implements Visitor {
  readonly before = new Map<string, Set<string>>()
  readonly #body: Body
  readonly #report: Report
  readonly #met = new Map<string, Set<boolean>>()
  readonly #reached = new Set<CompiledOutcome>()
  readonly #steps: ReadonlyMap<string, Step>

  constructor(body: Body, report: Report) {
    this.#body = body
    this.#report = report
    this.#steps = new Map(body.steps.map((step) => [step.plan.id, step]))
  }

  reaches(step: Step, holds: boolean): void {
    const met = this.#met.get(step.plan.id) ?? new Set()
    this.#met.set(step.plan.id, met.add(holds))
  }

  begins(step: Step, point: Point): void {
    const before = this.before.get(step.plan.id) ?? new Set()
    for (const { plan } of point.taken) before.add(plan.id)
    this.before.set(step.plan.id, before)
    for (const use of step.needs) this.#need(use, point)
  }

  expects(step: Step, point: Point): void {
    for (const fact of step.reads) this.#readable(fact.text, fact.span, { step, point })
    const own = (use: Use) => use.path[0] === step.plan.id
    for (const use of step.expects) if (!own(use)) this.#need(use, point)
  }

  ends(point: Point, stop: { readonly step: Step; readonly result: string } | undefined): void {
    const byCase = stop === undefined || stop.step.plan.kind === 'decide'
    for (const outcome of this.#body.outcomes) {
      const { when } = outcome.plan
      if (!holdsAt(when, point.results)) continue
      if (byCase || when.some(({ step }) => step === stop.step.plan.id)) this.#reached.add(outcome)
    }
  }

  conclude(): void {
    for (const step of this.#body.steps) this.#tellCondition(step)
    for (const outcome of this.#body.outcomes) {
      if (this.#reached.has(outcome)) continue
      this.#report.error('RB0406', outcome.span, {
        message: `no path ends as \`${outcome.plan.name}\``,
        help: 'a run that a failure or a denial stops ends so only where `when` names that very step and result',
      })
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

  /** A fact is read only where everything that its inputs name has a value. */
  #readable(name: string, span: Span, at: { step: Step; point: Point }): void {
    const fact = this.#body.facts.get(name)
    const own = new Set(at.step.reads.map(({ text }) => text))
    for (const use of fact?.uses ?? []) {
      const [root = ''] = use.path
      if (own.has(root) || this.#known(root, at.point)) continue
      this.#report.error('RB0403', span, {
        message: `\`${name}\` cannot be read here: it needs \`${use.path.join('.')}\`, which has no value ${describe(at.point)}`,
        related: [{ span: use.span, label: 'needed here' }],
      })
    }
  }

  #need(use: Use, point: Point): void {
    const [root = ''] = use.path
    if (this.#known(root, point)) return
    const step = this.#steps.get(root)
    if (step === undefined) {
      this.#report.error('RB0401', use.span, {
        message: `\`${root}\` has not been read ${describe(point)}`,
        label: 'it has no value yet',
        help: `read it in a step above: \`read: [${root}]\``,
      })
    } else {
      const result = point.results.get(root) ?? 'not over'
      this.#report.error('RB0402', use.span, {
        message: `\`${root}\` has no value ${describe(point)}: it is ${result}`,
        help: `add \`when: { ${root}: done }\` to this step`,
      })
    }
  }

  #known(root: string, { read, results }: Point): boolean {
    if (this.#body.facts.has(root)) return read.has(root)
    const step = this.#steps.get(root)
    if (step === undefined) return true
    const result = results.get(root)
    if (step.plan.kind === 'decide') return result !== undefined && result !== 'skipped'
    return result === 'done' || result === 'timed-out'
  }
}

/** The results that make this path a path of its own. */
function describe({ results, taken }: Point): string {
  const telling = taken
    .map(({ plan }) => plan)
    .filter((plan) => plan.kind === 'decide' || results.get(plan.id) !== 'done')
  if (telling.length === 0) return 'on the way here'
  return `on the path ${telling.map(({ id }) => `\`${id}: ${results.get(id) ?? ''}\``).join(', ')}`
}
