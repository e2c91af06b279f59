import type { Json } from '../../schemas/json.ts'
import type { ForEach, StepPlan } from '../../schemas/plan.ts'
import { Elsewhere } from './ports.ts'
import { mayBeEmpty } from './rules/may-be-empty.ts'
import { instanceOf, placeInside } from './run.ts'
import type { Ended, Loop, Run } from './run.ts'
import { lookUp } from './scope.ts'
import { attestedFacts, readingOf, scopeOf } from './seen.ts'

interface Body {
  readonly forEach: ForEach
  /** Carries out the step for one item, in the item's own place. */
  readonly oneItem: (place: Run, step: StepPlan) => Promise<Ended>
}

/** Carries out a step once for each item of a list, which is taken once; stops at the first item that does not go well. */
export async function loopStep(run: Run, step: StepPlan, body: Body): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  const items = itemsOf(run, { step: step.id, instance }, body.forEach)
  if ('unknown' in items) return { result: 'failed', detail: `the list is unknown: ${items.unknown}` }
  const loop = run.loops.get(step.id) ?? begin(run, { step, instance, count: items.list.length })
  await allItems({ run, step, instance, ...body, list: items.list, loop })
  run.loops.delete(step.id)
  return loop.stopped ?? { result: 'done', detail: `${items.list.length} of ${items.list.length}` }
}

type Items = { readonly list: readonly Json[] } | { readonly unknown: string }

/** The list as it is when the loop begins; when the run goes on in another execution, from the same readings again. */
function itemsOf(run: Run, { step, instance }: { step: string; instance: string }, { list }: ForEach): Items {
  const [root = ''] = list
  const scope = scopeOf(run)
  const taken = run.lists.get(instance)
  const then = Object.entries(taken ?? {}).map(([name, { record }]) => [name, record] as const)
  const looked = lookUp(list, { ...scope, records: { ...scope.records, ...Object.fromEntries(then) } })
  if ('unknown' in looked) return looked
  if (!Array.isArray(looked.value)) return { unknown: `\`${list.join('.')}\` is no list` }
  const items = looked.value as readonly Json[]
  if (items.length === 0 && !isValue(run, list, step)) return { unknown: `\`${list.join('.')}\` is empty` }
  if (taken === undefined) run.lists.set(instance, attestedFacts(run, readingOf(run, root) === undefined ? [] : [root]))
  return { list: items }
}

/** Runs that were under way before are replayed as they were: an item was that of every loop that has one of this name. */
const ITEMS_BY_PLACE = 'items-by-place'

function isValue({ plan, ports }: Run, list: readonly string[], step: string): boolean {
  if (mayBeEmpty(plan, list)) return true
  return mayBeEmpty(plan, list, step) && (ports.knows?.(ITEMS_BY_PLACE) ?? true)
}

function begin(run: Run, { step, instance, count }: { step: StepPlan; instance: string; count: number }): Loop {
  const loop: Loop = { next: 0, open: new Set() }
  run.loops.set(step.id, loop)
  run.ledger.stepStarts(instance, step.kind)
  run.ledger.enter({ kind: 'items', step: instance, count })
  return loop
}

interface Course extends Body {
  readonly run: Run
  readonly step: StepPlan
  readonly instance: string
  readonly list: readonly Json[]
  readonly loop: Loop
}

/** So many at a time; what is under way when one goes wrong ends by itself. */
async function allItems(course: Course): Promise<void> {
  const under = [...course.loop.open]
  const hands = Math.max(1, Math.min(course.forEach.atOnce, course.list.length))
  const ended = await Promise.allSettled(Array.from({ length: hands }, async () => oneHand(course, under)))
  const thrown = ended.flatMap((hand) => (hand.status === 'rejected' ? [hand.reason as unknown] : []))
  const bug = thrown.find((error) => !(error instanceof Elsewhere))
  if (bug !== undefined) throw bug as Error
  if (thrown.length > 0) throw thrown[0] as Error
}

async function oneHand(course: Course, under: number[]): Promise<void> {
  const { loop, list } = course
  for (;;) {
    const index = under.shift() ?? (loop.stopped === undefined && loop.next < list.length ? loop.next++ : undefined)
    if (index === undefined) return
    loop.open.add(index)
    const ended = await oneItem(course, index)
    loop.open.delete(index)
    if (!wentWell(course, ended)) loop.stopped = worseOf(loop.stopped, ended)
  }
}

/** One item in a place of its own; its result is on record under its own instance. */
async function oneItem(course: Course, index: number): Promise<Ended> {
  const { run, step, forEach, list } = course
  const key = `${course.instance}.${index}`
  const item = { name: forEach.item, value: list[index] as Json }
  const place = run.inside.get(key) ?? placeInside(run, index, item)
  run.inside.set(key, place)
  const ended = await course.oneItem(place, step)
  run.inside.delete(key)
  run.ledger.stepEnds(key, ended.result, ended.detail)
  return ended
}

/** Done; or, of a called runbook, any of its own outcomes. */
function wentWell({ run, step }: Course, { result, conflict }: Ended): boolean {
  if (conflict === true) return false
  if (step.kind !== 'call') return result === 'done'
  const callee = run.plan.callees?.[step.runbook]
  return callee?.outcomes.some(({ name }) => name === result) === true
}

const GRAVEST = ['effect-unknown', 'cancelled']

/** The first that went wrong speaks for the loop, unless a graver one follows. */
function worseOf(first: Ended | undefined, ended: Ended): Ended {
  if (first === undefined) return ended
  const rank = (result: string) => (GRAVEST.includes(result) ? GRAVEST.indexOf(result) : GRAVEST.length)
  return rank(innermost(ended)) < rank(innermost(first)) ? ended : first
}

function innermost({ result, cause }: Ended): string {
  return cause?.ended.result ?? result
}
