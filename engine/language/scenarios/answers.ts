import type { Plan } from '../../../schemas/plan.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { asMap } from '../shape/fields.ts'
import { readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { ScenarioBench } from './exists.ts'
import { stepNamed, stepsNamed } from './steps-named.ts'
import type { NamedStep } from './steps-named.ts'

/** Step → what people answer there: only what somebody can answer. */
export function readAnswers(node: Node | undefined, plan: Plan, { report }: ScenarioBench): Record<string, string> {
  const steps = stepsNamed(plan)
  const map = node && asMap(node, '`answers`', report)
  const pairs = (map?.entries ?? []).flatMap(({ key, keySpan, value }): [string, string][] => {
    const word = readWord(value, 'an answer', report)
    const named = stepNamed({ text: key, span: keySpan }, steps, report)
    if (word === undefined || named === undefined) return []
    const possible = answersOf(named)
    if (!possible.includes(word.text)) report.error('RB0252', word.span, strange(word, key, possible))
    return [[key, word.text]]
  })
  return Object.fromEntries(pairs)
}

/** What people can answer at a step: a denied act may be overridden. */
function answersOf({ step, undo }: NamedStep): string[] {
  if (undo) return []
  switch (step.kind) {
    case 'approve':
      return ['done', 'denied', 'timed-out']
    case 'ask':
      return [...step.choices.map(({ name }) => name), 'denied', 'timed-out']
    case 'do':
      return ['override', 'timed-out']
    default:
      return []
  }
}

function strange({ text }: Word, step: string, possible: readonly string[]): { message: string; help?: string } {
  if (possible.length === 0) return { message: `nobody is asked at \`${step}\`` }
  const help = didYouMean(text, possible) ?? `there are ${possible.join(', ')}`
  return { message: `nobody can answer \`${text}\` at \`${step}\``, help }
}
