import type { RunPredicate } from '../schemas/bundle.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { expectedPrev, readSteps } from './steps.ts'
import type { Link } from './steps.ts'

/** The steps are numbered without a break, each names the one before it, and count and head are the signed ones. */
export function checkSteps(text: string, signed: RunPredicate['steps']): Check[] {
  const links = linksOf(text)
  if (links === undefined)
    return checked('steps', '', [{ code: 'EV0106', text: 'data/steps.jsonl is not one canonical object a line' }])
  const problems = [...links.flatMap((link, place) => checkLink(links, link, place)), ...checkTail(links, signed)]
  return checked('steps', `${links.length} steps, unbroken`, problems)
}

function linksOf(text: string): Link[] | undefined {
  try {
    return readSteps(text)
  } catch {
    return undefined
  }
}

function checkLink(links: readonly Link[], { entry, prev }: Link, place: number): Problem[] {
  return [
    ...(entry.seq === place ? [] : [{ code: 'EV0401', text: `step ${entry.seq} stands at ${place}` } as const]),
    ...(prev === expectedPrev(links, place) ? [] : [{ code: 'EV0402', text: `the chain breaks at ${place}` } as const]),
  ]
}

function checkTail(links: readonly Link[], { count, head }: RunPredicate['steps']): Problem[] {
  return [
    ...(links.length === count
      ? []
      : [{ code: 'EV0403', text: `there are ${links.length} steps, not ${count}` } as const]),
    ...(expectedPrev(links, links.length) === head
      ? []
      : [{ code: 'EV0404', text: 'the last step is not the signed one' } as const]),
  ]
}
