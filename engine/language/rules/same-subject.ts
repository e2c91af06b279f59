import type { Operand, Operands, StepPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { commonFields, hasSubject, loopsOf, prefixOf, sitesOf } from '../../core/rules.ts'
import type { Site } from '../../core/rules.ts'

/** Something that happens at a place, about a subject. */
export interface Act {
  readonly site: Site
  readonly types: Readonly<Record<string, ValueType>>
  readonly values: Operands
  /** A fact of the place itself, whose inputs may name what is read there before it. */
  readonly fact?: string
}

/** Are two acts about the same subject whatever the values are: does every field by which they compare come from the same place? */
export function surelySame(a: Act, b: Act): boolean {
  const common = commonFields(a.types, b.types)
  if (common.length === 0) return !hasSubject(a.types) || !hasSubject(b.types)
  return common.every((name) => {
    const [mine, theirs] = [originOf(a, name), originOf(b, name)]
    return mine !== undefined && mine === theirs
  })
}

function originOf({ site, values, fact }: Act, name: string): string | undefined {
  const operand = Object.hasOwn(values, name) ? values[name] : undefined
  return operand && nameOf(operand, site, fact !== undefined)
}

/** A name for where a value comes from; a callee's input is what its caller gives. */
function nameOf(operand: Operand, site: Site, reads: boolean): string | undefined {
  if ('literal' in operand) return `literal ${JSON.stringify(operand.literal)}`
  if (!('path' in operand)) return undefined
  const [root = '', name = ''] = operand.path
  const { caller } = site
  if (root === 'inputs' && caller?.step?.kind === 'call') {
    const given = Object.hasOwn(caller.step.with, name) ? caller.step.with[name] : undefined
    return given && nameOf(given, caller, false)
  }
  const loop = loopsOf(site).find(({ item }) => item === root)
  const of = loop === undefined ? '' : ` of ${loop.list.join('.')}`
  const read = Object.hasOwn(site.body.facts, root) ? ` read at ${readAt(root, site, reads).join(', ')}` : ''
  return `${prefixOf(site)}${operand.path.join('.')}${of}${read}`
}

/**
 * The places of which one has read the value that a fact has here: with the same places it is the same value. A step reads after
 * its effect; and what is read in a block, or in a loop, is seen inside only.
 */
function readAt(fact: string, here: Site, ownReads: boolean): string[] {
  const sites = sitesOf(here.body)
  const own = sites.findIndex(({ step }) => here.step !== undefined && step === here.step)
  const rooms = roomsOf(here)
  return sites
    .filter(
      ({ reads }, at) => reads.some((read) => read.fact === fact) && (own < 0 || at < own || (ownReads && at === own)),
    )
    .filter((site) => roomsOf(site).every((room) => rooms.includes(room)))
    .map(({ at }) => at)
}

/** What is known in them is known inside only: blocks, and steps that are carried out for each item. */
function roomsOf({ around, step }: Site): StepPlan[] {
  return step?.forEach === undefined ? [...around] : [...around, step]
}
