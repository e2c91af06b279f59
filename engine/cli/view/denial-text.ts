import type { Denial, Verdict } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { observedLines } from './verdict-text.ts'

/** Why an effect was denied: the rule, the predicates that did not hold, what was observed, and the next safe step. The message is left out
 * where it says what stands beside it: a rule's has its text and its predicate. */
export function denialText(
  { rule, by, message, verdicts, unknown, next, overridable = [] }: Denial,
  already: string,
): string[] {
  const because = rule !== undefined || message === already ? '' : `: ${plain(message)}`
  return [
    `  ${paint('red', 'denied')}    ${rule === undefined ? `by the ${by}` : `by ${rule}`}${unknown ? ' (unknown denies)' : ''}${because}`,
    ...verdicts.filter(({ says }) => says !== 'true').flatMap(verdictText),
    ...overridable.map(overridableText),
    `  next      ${plain(next)}`,
  ]
}

function overridableText({ rule, item, who }: NonNullable<Denial['overridable']>[number]): string {
  return `  override  ${rule}${item === undefined ? '' : ` for ${plain(item)}`}: a second person who is ${who} may`
}

function verdictText({ predicate, says, observed, place, item, overriddenBy }: Verdict): string[] {
  const of = item === undefined ? '' : `  for ${plain(item)}`
  const overridden = overriddenBy === undefined ? '' : `  (overridden by ${plain(overriddenBy.user)})`
  const at = `${of}${place === undefined ? '' : `  (${place.file}:${place.line}:${place.col})`}${overridden}`
  return [
    `  ${paint('red', says.padEnd(9))} ${predicate}${at}`,
    ...observedLines(observed).map((line) => `  observed  ${line}`),
  ]
}
