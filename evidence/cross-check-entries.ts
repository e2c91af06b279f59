import type { DecidedCase, RunEntry } from '../schemas/run.ts'
import type { Finding } from './finding.ts'
import { contradiction } from './finding.ts'
import type { RunRecord } from './record.ts'

/** Holds each entry against itself: what is told of one step in the name of another, or decided against its cases, is no telling. */
export function checkWords({ entries }: RunRecord): Finding[] {
  return entries.flatMap((entry) => {
    const why = whyNot(entry)
    return why === undefined ? [] : [contradiction(`entry ${entry.seq} ${why}`)]
  })
}

/** Every kind that a run has ever told; what is of none would be read by nobody. */
const KINDS: Readonly<Record<RunEntry['kind'], true>> = {
  admitted: true,
  refused: true,
  trigger: true,
  reading: true,
  decision: true,
  effect: true,
  expectation: true,
  asked: true,
  vote: true,
  step: true,
  items: true,
  undo: true,
  watch: true,
  paused: true,
  resumed: true,
  resolved: true,
  conflict: true,
  claim: true,
  told: true,
  outcome: true,
}

function whyNot(entry: RunEntry): string | undefined {
  if (!Object.hasOwn(KINDS, entry.kind)) return 'is of no kind that a run tells'
  switch (entry.kind) {
    case 'reading':
      return entry.activity === '' || entry.activity.startsWith(`${entry.step}.`) ? undefined : IN_OTHER_NAME
    case 'effect':
    case 'undo':
      return isNamedAfter(entry.activity, entry.step) ? undefined : IN_OTHER_NAME
    case 'vote':
      return entry.vote.vote.step === entry.step ? undefined : IN_OTHER_NAME
    case 'decision':
      return mayResult(entry.cases, entry.result) ? undefined : 'tells a decision that its cases do not allow'
    default:
      return undefined
  }
}

const IN_OTHER_NAME = 'tells of one step in the name of another'

/** `rollback`, and `rollback#2` when it is tried again. */
function isNamedAfter(activity: string, step: string): boolean {
  return activity === step || activity.startsWith(`${step}#`)
}

/** Where no case held, the decision's own `otherwise` says; the cases say it everywhere else. */
function mayResult(cases: readonly DecidedCase[], result: string): boolean {
  const held = cases.filter(({ says }) => says === 'true').map(({ name }) => name)
  const isUnknown = cases.some(({ says }) => says === 'unknown')
  if (held.length === 0 && !isUnknown) return true
  return held.includes(result) || (isUnknown && result === 'unknown') || (held.length > 1 && result === 'mixed')
}
