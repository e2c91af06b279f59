import type { RunPredicate } from '../schemas/bundle.ts'
import { checked } from './check.ts'
import type { Check, Problem } from './check.ts'
import { crossCheck } from './cross-check.ts'
import { sameJson } from './digest.ts'
import { indexOf, parseEvents } from './history-events.ts'
import { layOut } from './record.ts'
import type { RunRecord } from './record.ts'
import { predicateOf } from './statement.ts'

/** What is signed of the run follows from its files, and its records do not contradict each other. */
export function checkRecords(run: RunRecord, signed: RunPredicate, files: ReadonlyMap<string, Buffer>): Check[] {
  const derived = predicateOf(run, signed.signer.custody)
  const { gaps, contradictions } = crossCheck(run)
  const text = gaps.length === 0 ? 'the records agree' : `the records agree, with gaps: ${gaps.join('; ')}`
  return checked('records', text, [
    ...differing(derived, signed).map((field): Problem => ({
      code: 'EV0208',
      text: `\`${field}\` of the Statement does not follow from the files`,
    })),
    ...misplaced(layOut(run), files).map((path): Problem => ({
      code: 'EV0209',
      text: `${path} does not follow from the other files`,
    })),
    ...(followsFromEvents(run) ? [] : [NOT_THE_EVENTS]),
    ...contradictions.map((found): Problem => ({ code: 'EV0601', text: found })),
  ])
}

const NOT_THE_EVENTS: Problem = {
  code: 'EV0209',
  text: 'the activities and readings do not follow from data/temporal/history.json',
}

/** What the entries are held against is what Temporal's own events tell. */
function followsFromEvents({ history, events }: RunRecord): boolean {
  const { lastEventId, activities, updates } = history
  return sameJson({ lastEventId, activities, updates }, indexOf(parseEvents(events)))
}

function differing(derived: RunPredicate, signed: RunPredicate): string[] {
  const fields = [...new Set([...Object.keys(derived), ...Object.keys(signed)])] as (keyof RunPredicate)[]
  return fields.filter((field) => !sameJson(derived[field], signed[field]))
}

function misplaced(laidOut: ReadonlyMap<string, Buffer>, files: ReadonlyMap<string, Buffer>): string[] {
  const paths = [...new Set([...laidOut.keys(), ...files.keys()])]
  return paths.filter((path) => files.get(path)?.equals(laidOut.get(path) ?? Buffer.from('absent')) !== true)
}
