import type { Diagnostic, Span } from '../../schemas/diagnostic.ts'
import type { PolicyValue } from '../../schemas/plan.ts'
import type { ParsedFile } from './ground/read-ground.ts'
import { isDay } from './literals.ts'
import type { Node } from './yaml/node.ts'

/** When a runbook was last reviewed, and where it says so. */
export interface Review {
  readonly runbook: string
  /** Absent where nothing says it. */
  readonly day?: string
  readonly span: Span
}

interface Reviewed {
  readonly reviews: readonly Review[]
  readonly policy: Readonly<Record<string, PolicyValue>>
}

/** The reviews of all runbooks that say who they are; a day that is none was told where it stands. */
export function reviewsIn(files: readonly ParsedFile[]): Review[] {
  return files.flatMap(({ kind, node }) => {
    const [id, day] = [valueOf(node, 'runbook'), valueOf(node, 'lastReviewed')]
    if (kind !== 'runbook' || id === undefined) return []
    if (day === undefined) return [{ runbook: id.text, span: id.span }]
    return isDay(day.text) ? [{ runbook: id.text, day: day.text, span: day.span }] : []
  })
}

/**
 * Warns of runbooks that nobody has reviewed within the policy value `reviewWithin`; without it, of none. What is compiled does not
 * depend on the day on which it is: whoever asks says what day it is, by UTC.
 */
export function overdueReviews({ reviews, policy }: Reviewed, today: string): Diagnostic[] {
  const value = Object.hasOwn(policy, 'reviewWithin') ? policy['reviewWithin'] : undefined
  const within = value?.type.kind === 'duration' ? value.value : undefined
  if (typeof within !== 'number') return []
  return reviews.flatMap(({ runbook, day, span }): Diagnostic[] => {
    const message = messageOf(runbook, { day, today, within })
    if (message === undefined) return []
    const help = `look whether it is still right, then write \`lastReviewed: ${today}\``
    return [{ code: 'RB0116', severity: 'warning', message, span, help }]
  })
}

interface Age {
  readonly day: string | undefined
  readonly today: string
  readonly within: number
}

function messageOf(runbook: string, { day, today, within }: Age): string | undefined {
  if (day === undefined) return `nothing says when \`${runbook}\` was last reviewed`
  const age = Date.parse(today) - Date.parse(day)
  if (age < 0) return `the last review of \`${runbook}\` lies in the future`
  return age <= within
    ? undefined
    : `\`${runbook}\` was last reviewed longer ago than \`reviewWithin\` in the policy file`
}

function valueOf(node: Node | undefined, key: string): { readonly text: string; readonly span: Span } | undefined {
  const value = node?.kind === 'map' ? node.entries.find((entry) => entry.key === key)?.value : undefined
  return value?.kind === 'scalar' ? value : undefined
}
