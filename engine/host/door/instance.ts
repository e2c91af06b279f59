import type { BlockStep, CallStep, Plan, StepPlan } from '../../../schemas/plan.ts'

/** A Plan at work: the admitted one, or that of a runbook which an instance of a call carries out. */
export interface Level {
  readonly plan: Plan
  /** What stands before the ids of its instances. */
  readonly prefix: string
  readonly caller?: Instance & { readonly step: CallStep }
}

/** Where steps stand: the blocks around them, outermost first, and the item of each loop among these. */
export interface Spot {
  readonly level: Level
  readonly blocks: readonly BlockStep[]
  readonly items: readonly number[]
}

/** A step as it is carried out at a spot: once, or for one item of its own loop. */
export interface Instance {
  readonly id: string
  readonly spot: Spot
  readonly step: StepPlan
  /** The item of its own loop. */
  readonly item?: number
}

/** An instance as an id names it, or the undo of one. */
export interface Located {
  readonly instance: Instance
  readonly undo: boolean
}

/** The admitted Plan itself. */
export function topLevel(plan: Plan): Level {
  return { plan, prefix: '' }
}

/** The instance that this id names (`StepPlan`); undefined where the Plan has no such one. */
export function locate(plan: Plan, id: string): Located | undefined {
  const undo = id.endsWith('-undo')
  const parts = (undo ? id.slice(0, -'-undo'.length) : id).split('.')
  const instance = follow(topLevel(plan), parts)
  return instance === undefined ? undefined : { instance, undo }
}

function follow(level: Level, [name = '', ...rest]: readonly string[]): Instance | undefined {
  const found = findStep(name, level.plan.steps)
  if (found === undefined) return undefined
  const { step, blocks } = found
  const around = blocks.filter(isLoop).length
  const own = isLoop(step) ? 1 : 0
  const numbers = rest.slice(0, around + own).map(indexOf)
  if (numbers.length < around || numbers.includes(undefined)) return undefined
  const items = numbers.slice(0, around) as number[]
  const instance = instanceAt({ level, blocks, items }, step, numbers[around])
  const inside = rest.slice(numbers.length)
  if (inside.length === 0) return instance
  const callee = levelOf(instance)
  return callee === undefined ? undefined : follow(callee, inside)
}

/** The level of the runbook that an instance of a call carries out. */
export function levelOf(instance: Instance): Level | undefined {
  const { step, spot } = instance
  if (step.kind !== 'call' || (isLoop(step) && instance.item === undefined)) return undefined
  const { callees = {} } = spot.level.plan
  const plan = Object.hasOwn(callees, step.runbook) ? callees[step.runbook] : undefined
  return plan === undefined ? undefined : { plan, prefix: `${instance.id}.`, caller: { ...instance, step } }
}

/** The instance of a step at a spot; of a loop itself, without an item of its own. */
export function instanceAt(spot: Spot, step: StepPlan, item?: number): Instance {
  const id = spot.level.prefix + [step.id, ...spot.items, ...(item === undefined ? [] : [item])].join('.')
  return { id, spot, step, ...(item === undefined ? {} : { item }) }
}

/** The spot of the steps inside an instance of a block. */
export function inside({ spot, step, item }: Instance): Spot {
  const blocks = step.kind === 'block' ? [...spot.blocks, step] : spot.blocks
  return { ...spot, blocks, items: item === undefined ? spot.items : [...spot.items, item] }
}

/** The steps that are carried out one after another at a spot. */
export function stepsAt({ level, blocks }: Spot): readonly StepPlan[] {
  return blocks.at(-1)?.steps ?? level.plan.steps
}

/** The blocks around an instance, outermost first, each as the instance that it is in. */
export function around({ spot: { level, blocks, items } }: Instance): Instance[] {
  const outer: Instance[] = []
  let used = 0
  for (const [depth, block] of blocks.entries()) {
    const spot = { level, blocks: blocks.slice(0, depth), items: items.slice(0, used) }
    outer.push(instanceAt(spot, block, isLoop(block) ? items[used] : undefined))
    if (isLoop(block)) used += 1
  }
  return outer
}

/** The calls around an instance, outermost first. */
export function callers({ spot: { level } }: Instance): Instance[] {
  return level.caller === undefined ? [] : [...callers(level.caller), level.caller]
}

/** The Plans at work around an instance, the admitted one first. */
export function plansAround(instance: Instance): Plan[] {
  return [...callers(instance), instance].map(({ spot }) => spot.level.plan)
}

/** A place behind all steps of a spot, to look back from. */
export function endOf(spot: Spot): Instance {
  return instanceAt(spot, NOTHING)
}

/** The spot of the first steps of a level. */
export function startOf(level: Level): Spot {
  return { level, blocks: [], items: [] }
}

const NOTHING: StepPlan = {
  kind: 'read',
  id: '',
  facts: [],
  when: [],
  continueOn: [],
  place: { file: '', line: 0, col: 0 },
}

/** Whether a step is carried out once for each item of a list. */
export function isLoop(step: StepPlan): step is StepPlan & Required<Pick<StepPlan, 'forEach'>> {
  return step.forEach !== undefined
}

/** Where in the order of the run an instance stands, as numbers to compare one after another. */
export function orderOf(instance: Instance): number[] {
  return placesOf(instance).map(({ at }) => at)
}

/** Whether the one was begun only after the other had ended: items that go side by side have no order. */
export function isSurelyAfter(one: Instance, other: Instance): boolean {
  const [places, others] = [placesOf(one), placesOf(other)]
  const differ = places.findIndex(({ at }, index) => at !== others[index]?.at)
  const [place, there] = [places[differ], others[differ]]
  return place !== undefined && there !== undefined && !place.aside && place.at > there.at
}

interface PlaceInOrder {
  readonly at: number
  /** An item beside which others are under way. */
  readonly aside: boolean
}

function placesOf(instance: Instance): PlaceInOrder[] {
  const { level } = instance.spot
  const before = level.caller === undefined ? [] : placesOf(level.caller)
  const inLevel = [...around(instance), instance].flatMap(({ spot, step, item }) => [
    { at: placeOf(spot, step), aside: false },
    ...(item === undefined ? [] : [{ at: item, aside: (step.forEach?.atOnce ?? 1) > 1 }]),
  ])
  return [...before, ...inLevel]
}

/** What is none of the steps comes after all of them. */
function placeOf(spot: Spot, step: StepPlan): number {
  const at = stepsAt(spot).findIndex(({ id }) => id === step.id)
  return at < 0 ? Infinity : at
}

/** Whether one place in the order comes before another. */
export function isBefore(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((number, index) => number !== other[index])
  return at >= 0 && (one[at] ?? 0) < (other[at] ?? -1)
}

function findStep(
  id: string,
  steps: readonly StepPlan[],
): { step: StepPlan; blocks: readonly BlockStep[] } | undefined {
  for (const step of steps) {
    if (step.id === id) return { step, blocks: [] }
    const within = step.kind === 'block' ? findStep(id, step.steps) : undefined
    if (step.kind === 'block' && within !== undefined) return { ...within, blocks: [step, ...within.blocks] }
  }
  return undefined
}

/** Written one way only, so that no item has two names. */
function indexOf(text: string): number | undefined {
  return /^(0|[1-9]\d{0,6})$/.test(text) ? Number(text) : undefined
}
