import type { BlastRadius, Plan } from '../../../../schemas/plan.ts'
import { BLAST_RADII } from '../../../../schemas/run.ts'
import { sitesOf } from '../../../core/rules.ts'
import type { Cause, Site } from '../../../core/rules.ts'
import { paint } from '../../terminal.ts'
import { operandsText } from '../operand-text.ts'
import { guardsAt } from './guards.ts'

interface Placed {
  readonly at: string
  readonly cause: Cause
  readonly radius: BlastRadius
}

/** Every effect that the Plan can cause, the widest blast radius first, with its target and the rules that guard it. */
export function effectsText(plan: Plan): string[] {
  const all = sitesOf(plan).flatMap((site) => placedOf(site, plan))
  return BLAST_RADII.toReversed().flatMap((radius) => {
    const own = all.filter((placed) => placed.radius === radius)
    return own.length === 0 ? [] : [`  ${paint('yellow', radius)}`, ...own.flatMap((placed) => lines(placed, plan))]
  })
}

/** Claims change nothing outside: they stand with the outcomes. */
function placedOf(site: Site, { effects }: Plan): Placed[] {
  if (site.outcome !== undefined) return []
  return site.causes.map((cause) => ({ at: site.at, cause, radius: effects[cause.effect]?.radius ?? 'installation' }))
}

function lines({ at, cause: { effect, target } }: Placed, plan: Plan): string[] {
  const protective = plan.effects[effect]?.protective === true ? ', protective' : ''
  return [
    `    ${paint('cyan', at)}  ${effect}${protective}${Object.keys(target).length === 0 ? '' : ` (${operandsText(target)})`}`,
    ...guardsAt(plan, at, effect).map((line) => `        ${line}`),
  ]
}
