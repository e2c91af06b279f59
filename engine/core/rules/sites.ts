import type { Contract } from '../../../schemas/contract.ts'
import type { CallStep, ForEach, Operand, Operands, OutcomePlan, Plan, StepPlan } from '../../../schemas/plan.ts'

/** What of a Plan says who acts where, before it is whole too. */
export type PlanBody = Pick<Plan, 'inputs' | 'facts' | 'steps' | 'outcomes' | 'contracts' | 'callees' | 'outputs'>

/** A place of a Plan that can cause effects or take readings: a step at any depth, its undo, an option of its question, an outcome. */
export interface Site {
  /** `cordon`, `drain.cordon` (of a callee), `cordon-undo`, `agree?take-over`, `outcome:cleared`, `drain.outcome:cleared`. */
  readonly at: string
  readonly body: PlanBody
  /** The call through which the Plan's own run comes here. */
  readonly caller?: Site
  /** The blocks around the step, outermost first. */
  readonly around: readonly StepPlan[]
  readonly step?: StepPlan
  readonly undo: boolean
  readonly outcome?: OutcomePlan
  readonly causes: readonly Cause[]
  readonly reads: readonly ReadCause[]
}

/** An effect of a site, with where the fields of its target come from. */
export interface Cause {
  readonly effect: string
  readonly target: Operands
}

/** A reading of a site. */
export interface ReadCause {
  readonly fact: string
  readonly action: string
  readonly with: Operands
}

interface Frame {
  readonly body: PlanBody
  readonly prefix: string
  readonly caller?: Site
}

const sitesBy = new WeakMap<PlanBody, readonly Site[]>()

/** Every place of a Plan, those of its callees included, in the order of the file. A Plan does not change: they are found once. */
export function sitesOf(body: PlanBody): readonly Site[] {
  const sites = sitesBy.get(body) ?? sitesIn(frameOf(body))
  sitesBy.set(body, sites)
  return sites
}

/** Where an instance of a step stands: its id without the numbers of loop items (`drain.3.cordon` is at `drain.cordon`). */
export function siteOf(instance: string): string {
  return instance.replace(/\.\d+(?=\.|-|\?|$)/g, '')
}

/** Another step of the same Plan, by its id. */
export function siteOfStep({ body, caller }: Pick<Site, 'body' | 'caller'>, id: string): Site | undefined {
  const found = locate(body.steps, id, [])
  return found && siteOfOwn(found.step, found.around, frameOf(body, caller))
}

/** A called runbook as a whole. */
export function siteOfCallee(caller: Site, body: PlanBody): Site {
  return siteNamed('', frameOf(body, caller))
}

/** The loops of a site, outermost first, its own included. */
export function loopsOf({ around, step }: Pick<Site, 'around' | 'step'>): ForEach[] {
  return [...around, ...(step === undefined ? [] : [step])].flatMap(({ forEach }) => forEach ?? [])
}

function frameOf(body: PlanBody, caller?: Site): Frame {
  return caller === undefined ? { body, prefix: '' } : { body, prefix: `${caller.at}.`, caller }
}

function sitesIn(frame: Frame): Site[] {
  const steps = frame.body.steps.flatMap((step) => sitesOfStep(step, [], frame))
  const outcomes = frame.body.outcomes.map((outcome): Site => {
    const causes = [{ effect: `claim.${outcome.as}`, target: {} }, ...outcome.claims]
    return { ...siteNamed(`outcome:${outcome.name}`, frame), outcome, causes }
  })
  return [...steps, ...outcomes]
}

function siteNamed(name: string, { body, prefix, caller }: Frame): Site {
  const at = `${prefix}${name}`
  return { at, body, around: [], undo: false, causes: [], reads: [], ...(caller === undefined ? {} : { caller }) }
}

function siteOfOwn(step: StepPlan, around: readonly StepPlan[], frame: Frame): Site {
  const causes = step.kind === 'do' ? causesOf(step, frame.body) : []
  return { ...siteNamed(step.id, frame), around, step, causes, reads: readsOf(step, frame.body) }
}

function locate(
  steps: readonly StepPlan[],
  id: string,
  around: readonly StepPlan[],
): { step: StepPlan; around: readonly StepPlan[] } | undefined {
  for (const step of steps) {
    if (step.id === id) return { step, around }
    const inner = step.kind === 'block' ? locate(step.steps, id, [...around, step]) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

function sitesOfStep(step: StepPlan, around: readonly StepPlan[], frame: Frame): Site[] {
  const site = siteOfOwn(step, around, frame)
  switch (step.kind) {
    case 'read':
    case 'decide':
    case 'approve':
      return [site]
    case 'do':
      return [site, ...undoOf(site)]
    case 'ask':
      return [site, ...step.choices.map(({ name, effects }) => optionOf(site, name, effects))]
    case 'block':
      return [site, ...step.steps.flatMap((inner) => sitesOfStep(inner, [...around, step], frame))]
    case 'call':
      return [site, ...sitesOfCallee(site, step)]
  }
}

function optionOf(site: Site, name: string, causes: readonly Cause[]): Site {
  return { ...site, at: `${site.at}?${name}`, reads: [], causes }
}

function undoOf(site: Site): Site[] {
  if (site.step?.kind !== 'do' || site.step.undo === undefined) return []
  const causes = causesOf(site.step.undo, site.body)
  return [{ ...site, at: `${site.at}-undo`, undo: true, reads: [], causes }]
}

function sitesOfCallee(caller: Site, { runbook }: CallStep): Site[] {
  const callee = caller.body.callees
  const body = callee !== undefined && Object.hasOwn(callee, runbook) ? callee[runbook] : undefined
  return body === undefined ? [] : sitesIn(frameOf(body, caller))
}

function readsOf(step: StepPlan, { facts }: PlanBody): ReadCause[] {
  const own = step.kind === 'read' ? step.facts : []
  const again = step.kind === 'read' || step.kind === 'do' ? (step.expect?.facts ?? []) : []
  return [...new Set([...own, ...again])].flatMap((name) => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined
    return fact === undefined ? [] : [{ fact: name, action: fact.action, with: fact.with }]
  })
}

/** The effects of an action as the contract maps its inputs to their targets. */
function causesOf({ action, with: inputs }: { action: string; with: Operands }, { contracts }: PlanBody): Cause[] {
  const contract = Object.hasOwn(contracts, action) ? contracts[action] : undefined
  if (contract?.kind !== 'action') return []
  return Object.entries(contract.effects).map(([effect, fields]) => ({ effect, target: targetOf(fields, inputs) }))
}

type Mapping = (Contract & { kind: 'action' })['effects'][string]

function targetOf(fields: Mapping, inputs: Operands): Operands {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, from]): [string, Operand][] => {
      if (typeof from !== 'string') return [[field, from]]
      const operand = Object.hasOwn(inputs, from) ? inputs[from] : undefined
      return operand === undefined ? [] : [[field, operand]]
    }),
  )
}
