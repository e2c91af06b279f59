import type { Body, Paths } from './check-paths.ts'
import { everyStep } from './step.ts'
import type { Step } from './step.ts'

/** Where a step stands. */
interface Around {
  readonly body: Body
  readonly paths: Paths
  readonly level: readonly Step[]
  readonly blocks: readonly Step[]
}

/** The judgements on which a step rests, through conditions of conditions and those of the blocks around it. */
export function restsOf(step: Step, { body, blocks }: Pick<Around, 'body' | 'blocks'>): Step[] {
  const every = everyStep(body.steps)
  const found = new Set<Step>()
  const visit = (current: Step) => {
    for (const clause of current.plan.when) {
      const other = every.find(({ plan }) => plan.id === clause.step)
      if (other === undefined || found.has(other)) continue
      found.add(other)
      visit(other)
    }
  }
  for (const start of [step, ...blocks]) visit(start)
  return [...found].filter(({ plan }) => ['decide', 'approve', 'ask'].includes(plan.kind))
}

/**
 * The reading to which a conflict goes back: the first one in the same list of steps on which the step rests, if the
 * premise is read there too and nothing but readings and judgements lie between.
 */
export function goBackTo(step: Step, premise: string, around: Around): string | undefined {
  const { body, level, paths } = around
  const at = level.findIndex(({ plan }) => plan.id === step.plan.id)
  const above = level.slice(0, at)
  if (!above.some((other) => readsOne(other, new Set([premise])))) return undefined
  const needed = neededFacts([step, ...restsOf(step, around)], body).add(premise)
  const first = above.findIndex((other) => readsOne(other, needed))
  const target = above[first]
  if (target === undefined) return undefined
  const before = paths.before.get(step.plan.id)
  const changes = everyStep(above.slice(first)).some(({ plan }) => isChange(plan.kind) && before?.has(plan.id) === true)
  return changes ? undefined : target.plan.id
}

function readsOne({ plan, loop, reads }: Step, facts: ReadonlySet<string>): boolean {
  return plan.kind === 'read' && loop === undefined && reads.some(({ text }) => facts.has(text))
}

/** Another runbook may change things; so may people whom a question asks to act. */
function isChange(kind: Step['plan']['kind']): boolean {
  return kind === 'do' || kind === 'call' || kind === 'ask'
}

/** Facts that these steps use, and facts that those need to be read. */
function neededFacts(steps: readonly Step[], { facts }: Body): Set<string> {
  const needed = new Set<string>()
  const add = (name: string) => {
    const fact = facts.get(name)
    if (fact === undefined || needed.has(name)) return
    needed.add(name)
    fact.plan.after.forEach(add)
  }
  for (const { needs, loop } of steps)
    for (const {
      path: [root = ''],
    } of [...needs, ...(loop ? [loop.list] : [])])
      add(root)
  return needed
}
