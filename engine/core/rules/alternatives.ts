import type { StepPlan } from '../../../schemas/plan.ts'
import { judgementOf } from './choices.ts'
import { siteOfStep, sitesOf } from './sites.ts'
import type { PlanBody, Site } from './sites.ts'
import type { Origin } from './sources.ts'
import { framesOf, prefixOf } from './ways.ts'

/**
 * What chose a place by keeping the run from another one that writes the same field: inside a block or a called runbook behind
 * whose stop the run goes on, a judgement that stops says which, and not only whether.
 */
export function choicesBehind(site: Site, field: string): Origin[] {
  const containers = framesOf(site).flatMap(({ prefix, earlier }) => earlier.map((step) => ({ prefix, step })))
  const left = containers.filter(({ prefix, step }) => mayBeLeft(step, bodyAt(site, prefix)))
  const own = site.around.filter((block) => block.forEach !== undefined && mayBeLeft(block, site.body))
  const others = left.flatMap(({ step }) => writersIn(step, site, field).flatMap((other) => stoppersIn(step, other)))
  return [...others, ...own.flatMap((block) => stoppersIn(block, site))]
}

/** Whether the run goes on behind a stop inside. */
function mayBeLeft(step: StepPlan, body: PlanBody): boolean {
  if (step.kind === 'block') return step.continueOn.some((result) => result !== 'done')
  if (step.kind !== 'call') return false
  const outcomes = body.callees?.[step.runbook]?.outcomes ?? []
  return step.continueOn.some((result) => {
    const shown = outcomes.find(({ name }) => name === result)?.when ?? []
    return !shown.some(({ results }) => results.every((one) => one === 'done'))
  })
}

/** The places inside a step that write the same field. */
function writersIn(container: StepPlan, site: Site, field: string): Site[] {
  return sitesOf(chainOf(site).at(-1)?.body ?? site.body).filter(
    (other) =>
      other.step !== undefined &&
      isInside(container, other) &&
      other.causes.some(({ target }) => Object.hasOwn(target, field)),
  )
}

function isInside(container: StepPlan, site: Site): boolean {
  return chainOf(site).some(
    ({ around, step }, depth) => around.includes(container) || (depth > 0 && step === container),
  )
}

/** What the judgements at which the run stops say, between the beginning of a step and a place inside it. */
function stoppersIn(container: StepPlan, site: Site): Origin[] {
  const frames = framesOf(site)
  const inner = frames.slice(frames.findIndex(({ list }) => list.includes(container)) + 1)
  return inner.flatMap(({ prefix, earlier }) =>
    earlier.filter(mayStop).flatMap(({ id }) => {
      const level = chainOf(site).find((other) => prefixOf(other) === prefix)
      const stopper = level && siteOfStep(level, id)
      return stopper === undefined ? [] : judgementOf(stopper)
    }),
  )
}

function mayStop(step: StepPlan): boolean {
  switch (step.kind) {
    case 'decide':
      return [...step.cases.map(({ name }) => name), step.otherwise ?? ''].some(
        (name) => !step.continueOn.includes(name),
      )
    case 'read':
      return step.expect !== undefined && !step.continueOn.includes('timed-out')
    case 'approve':
    case 'ask':
      return true
    default:
      return false
  }
}

/** The place itself, and the calls through which the run comes to it. */
function chainOf(site: Site): Site[] {
  return site.caller === undefined ? [site] : [site, ...chainOf(site.caller)]
}

function bodyAt(site: Site, prefix: string): PlanBody {
  return chainOf(site).find((other) => prefixOf(other) === prefix)?.body ?? site.body
}
