import type { PlaceProof, Proof, RuleProof } from '../../language/prove.ts'
import { paint } from '../terminal.ts'
import { counted } from './counted.ts'
import { momentsText } from './plan/guards.ts'

/** Each rule with the places where it binds; rules that bind to nothing at the end. */
export function proofText({ rules, unbound }: Proof): string[] {
  const bound = rules.filter(({ runbooks }) => runbooks.length > 0)
  return [
    ...bound.flatMap(ruleText),
    ...unbound.map((rule) => `${paint('red', rule)}  binds to nothing: it only looks like a rule`),
    ...(unbound.length === 0 ? [summaryOf(bound)] : []),
  ]
}

function ruleText({ rule, text, overridable, runbooks }: RuleProof): string[] {
  const never = overridable === 'never' ? '' : ` (${overridable} may override it)`
  return [
    `${paint('cyan', rule)}  ${text}${never}`,
    ...runbooks.flatMap(({ runbook, places }) => [`  ${paint('bold', runbook)}`, ...places.flatMap(placeText)]),
    '',
  ]
}

function placeText({ at, guarded, check, moments, settled, remains }: PlaceProof): string[] {
  return [
    `    ${at}, ${guarded}: ${check.says}`,
    `        looked at: ${momentsText(moments)}`,
    ...(settled === undefined ? [] : [`        ${paint('green', 'settled')}: ${settled}`]),
    ...(remains === undefined ? [] : [`        ${paint('yellow', 'remains')}: ${remains}`]),
  ]
}

function summaryOf(bound: readonly RuleProof[]): string {
  const places = bound.flatMap(({ runbooks }) => runbooks.flatMap((runbook) => runbook.places)).length
  return `${paint('green', 'ok')}: ${counted(bound.length, 'rule')} ${bound.length === 1 ? 'binds' : 'bind'} at ${counted(places, 'place')}`
}
