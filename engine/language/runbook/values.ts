import type { Use } from '../compile/bench.ts'
import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { Body } from './check-paths.ts'
import { everyStep, isCase } from './step.ts'
import type { Step } from './step.ts'
import type { Point } from './walk.ts'

/** Which values exist at a point of a path; what is used without one is reported. */
export class Values {
  readonly #body: Pick<Body, 'facts'>
  readonly #report: Report
  readonly #steps: ReadonlyMap<string, Step>
  readonly #items: ReadonlySet<string>
  /** Steps that stand in a block, with that block. */
  readonly #blocks: ReadonlyMap<string, Step>

  constructor(body: Pick<Body, 'facts' | 'steps'>, report: Report) {
    const every = everyStep(body.steps)
    this.#body = body
    this.#report = report
    this.#steps = new Map(every.map((step) => [step.plan.id, step]))
    this.#items = new Set(every.flatMap(({ loop }) => loop?.item.name ?? []))
    this.#blocks = new Map(every.flatMap((block) => block.steps.map((step) => [step.plan.id, block])))
  }

  /** Reports a use without a value. */
  need(use: Use, point: Point): void {
    const [root = ''] = use.path
    if (this.known(use, point)) return
    if (this.#items.has(root)) return this.#outsideLoop(use)
    const step = this.#steps.get(root)
    if (step === undefined) return this.#unread(use, point)
    const block = this.#blocks.get(root)
    if (step.loop !== undefined) return this.#looped(use, step)
    if (block !== undefined && !point.inside.has(block.plan.id)) return this.#insideBlock(use, block)
    const result = point.results.get(root)
    this.#report.error('RB0402', use.span, {
      message: `\`${root}\` has no value ${describe(point)}: it is ${result ?? 'not over'}`,
      ...(result === undefined ? {} : { help: `add \`when: { ${root}: ${telling(step)} }\` to this step` }),
    })
  }

  /** A fact is read only where everything that its inputs name has a value. */
  readable(fact: Word, step: Step, point: Point): void {
    const own = new Set(step.reads.map(({ text }) => text))
    for (const use of this.#body.facts.get(fact.text)?.uses ?? []) {
      const [root = ''] = use.path
      if (own.has(root) || root === step.plan.id || this.known(use, point)) continue
      this.#report.error('RB0403', fact.span, {
        message: `\`${fact.text}\` cannot be read here: it needs \`${use.path.join('.')}\`, which has no value ${describe(point)}`,
        related: [{ span: use.span, label: 'needed here' }],
      })
    }
  }

  /** Has the root of this use a value here? */
  known({ path: [root = ''] }: Use, { read, results, items }: Point): boolean {
    if (this.#body.facts.has(root)) return read.has(root)
    if (this.#items.has(root)) return items.has(root)
    const step = this.#steps.get(root)
    if (step === undefined) return true
    const result = results.get(root)
    return result !== undefined && step.loop === undefined && hasValue(step, result)
  }

  #unread({ path: [root = ''], span }: Use, point: Point): void {
    this.#report.error('RB0401', span, {
      message: `\`${root}\` has not been read ${describe(point)}`,
      label: 'it has no value yet',
      help: `read it in a step above: \`read: [${root}]\``,
    })
  }

  #outsideLoop({ path: [root = ''], span }: Use): void {
    this.#report.error('RB0421', span, {
      message: `\`${root}\` is the item of a loop: outside of it there is none`,
      help: 'use it in the step or block that has `forEach`',
    })
  }

  #looped({ path: [root = ''], span }: Use, { plan }: Step): void {
    this.#report.error('RB0420', span, {
      message: `\`${root}\` has a result for every item: outside of the loop there is not one`,
      help: `only \`expect\` and \`undo\` of \`${plan.id}\` see it; read a fact that tells of all items`,
    })
  }

  #insideBlock({ path: [root = ''], span }: Use, { plan }: Step): void {
    this.#report.error('RB0420', span, {
      message: `\`${root}\` is seen inside the block \`${plan.id}\` only`,
      help: 'read a fact that tells of it, or put this step into the block',
    })
  }
}

/** The result with which a step has a value. */
function telling({ plan }: Step): string {
  if (plan.kind === 'call') return '<outcome>'
  return plan.kind === 'ask' ? '<option>' : 'done'
}

/** An action has an output once it was carried out, also where what it should bring about is overdue. */
function hasValue({ plan }: Step, result: string): boolean {
  if (plan.kind === 'decide') return result !== 'skipped'
  if (plan.kind === 'ask' || plan.kind === 'call') return result !== 'skipped' && isCase(plan, result)
  return result === 'done' || result === 'timed-out'
}

/** The results that make this path a path of its own. */
function describe({ results, taken }: Point): string {
  const telling = taken
    .map(({ plan }) => plan)
    .filter((plan) => plan.kind === 'decide' || results.get(plan.id) !== 'done')
  if (telling.length === 0) return 'on the way here'
  return `on the path ${telling.map(({ id }) => `\`${id}: ${results.get(id) ?? ''}\``).join(', ')}`
}
