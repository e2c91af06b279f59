import type { Use } from '../compile/bench.ts'
import type { Body } from './check-paths.ts'
import type { Step } from './step.ts'

/** Which steps and facts are asked for behind a place of a runbook. */
export class References {
  readonly #body: Body
  readonly #of = new Map<Step, ReadonlySet<string>>()

  constructor(body: Body) {
    this.#body = body
  }

  /** What outcomes, claims and outputs ask for. */
  atTheEnd(): ReadonlySet<string> {
    const { outcomes, outputs } = this.#body
    return new Set([
      ...outcomes.flatMap(({ plan, needs }) => [...plan.when.map(({ step }) => step), ...rootsOf(needs)]),
      ...rootsOf(outputs.map(({ use }) => use)),
    ])
  }

  /** For each step of a list, what those behind it, and what follows the list, ask for. */
  behind(steps: readonly Step[], after: ReadonlySet<string>): ReadonlySet<string>[] {
    const asked: ReadonlySet<string>[] = []
    let names = after
    for (const step of [...steps].reverse()) {
      asked.push(names)
      names = new Set([...names, ...this.#named(step)])
    }
    return asked.reverse()
  }

  #named(step: Step): ReadonlySet<string> {
    const known =
      this.#of.get(step) ?? new Set([...this.#own(step), ...step.steps.flatMap((one) => [...this.#named(one)])])
    this.#of.set(step, known)
    return known
  }

  #own({ plan, loop, needs, holds = [], expects, undo, reads }: Step): string[] {
    return [
      ...plan.when.map(({ step }) => step),
      ...rootsOf([...needs, ...holds, ...expects, ...(undo?.uses ?? []), ...(loop ? [loop.list] : [])]),
      ...reads.flatMap(({ text }) => rootsOf(this.#body.facts.get(text)?.uses ?? [])),
    ]
  }
}

function rootsOf(uses: readonly Use[]): string[] {
  return uses.map(({ path: [root = ''] }) => root)
}
