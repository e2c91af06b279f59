import type { Span } from '../../../schemas/diagnostic.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Expected } from '../../../schemas/scenario.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import { OUTCOMES } from '../ground/effects.ts'
import type { Report } from '../report.ts'
import { asMap, fieldsOf, readFields } from '../shape/fields.ts'
import { readScalar, readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { checkEffects, checkRule } from './exists.ts'
import type { ScenarioBench } from './exists.ts'
import { EXPECTED_KEYS } from './keys.ts'
import { resultsOf, stepNamed, stepsNamed } from './steps-named.ts'

/** What must come out, and where each part of it is said. */
export interface ReadExpected {
  readonly expect: Expected
  readonly spans: Readonly<Record<string, Span>>
}

/** Reads what a scenario expects: everything that it names must be able to come. */
export function readExpected(node: Node | undefined, plan: Plan, bench: ScenarioBench): ReadExpected {
  const { report } = bench
  const fields = node && readFields(node, EXPECTED_KEYS, report)
  const spans: Record<string, Span> = {}
  const words = (key: 'never' | 'claims' | 'told'): Word[] => {
    const found = fields?.[key] ? readWords(fields[key], `\`${key}\``, report) : []
    for (const { text, span } of found) spans[`${key}.${text}`] = span
    if (fields?.[key]) spans[key] = fields[key].span
    return found
  }
  const ends = { runbook: plan.runbook.id, outcomes: plan.outcomes.map(({ name }) => name) }
  const outcome = readOutcome(fields?.['outcome'], ends, report)
  if (outcome !== undefined) spans['outcome'] = outcome.span
  const deniedBy = fields?.['deniedBy'] && readWord(fields['deniedBy'], '`deniedBy`', report)
  if (deniedBy !== undefined) {
    checkRule(deniedBy, bench)
    spans['deniedBy'] = deniedBy.span
  }
  const expect: Expected = {
    outcome: outcome?.text ?? '',
    steps: readResults(fields?.['steps'], { plan, bench, spans }),
    ...(deniedBy && { deniedBy: deniedBy.text }),
    never: checkEffects(words('never'), bench),
    ...(fields?.['claims'] ? { claims: checkEffects(words('claims'), bench) } : {}),
    told: checkRoles(words('told'), bench),
  }
  return { expect, spans }
}

/** Which outcomes a runbook has, by its id. */
interface Ends {
  readonly runbook: string
  readonly outcomes: readonly string[]
}

/** The outcome alone, for a runbook that has mistakes of its own: which outcomes it has is known all the same. */
export function checkOutcome(node: Node | undefined, ends: Ends, report: Report): void {
  const fields = node?.kind === 'map' ? fieldsOf(node, EXPECTED_KEYS) : {}
  readOutcome(fields['outcome'], ends, report)
}

function readOutcome(node: Node | undefined, { runbook, outcomes }: Ends, report: Report): Word | undefined {
  const outcome = node && readScalar(node, '`outcome`', report)
  const known = [...outcomes, ...OUTCOMES]
  if (outcome !== undefined && !known.includes(outcome.text)) {
    report.unknown('RB0234', outcome.span, {
      message: `\`${runbook}\` has no outcome \`${outcome.text}\``,
      name: outcome.text,
      candidates: known,
    })
  }
  return outcome
}

/** Step → result, both of the runbook. */
function readResults(
  node: Node | undefined,
  { plan, bench, spans }: { plan: Plan; bench: ScenarioBench; spans: Record<string, Span> },
): Record<string, string> {
  const { report } = bench
  const steps = stepsNamed(plan)
  const map = node && asMap(node, '`steps`', report)
  const pairs = (map?.entries ?? []).flatMap(({ key, keySpan, value }): [string, string][] => {
    const word = readWord(value, 'a result', report)
    const named = stepNamed({ text: key, span: keySpan }, steps, report)
    if (word === undefined || named === undefined) return []
    spans[`steps.${key}`] = word.span
    const known = resultsOf(named)
    if (!known.includes(word.text)) {
      const help = didYouMean(word.text, known) ?? `there are ${known.join(', ')}`
      report.error('RB0211', word.span, { message: `\`${key}\` never ends \`${word.text}\``, help })
    }
    return [[key, word.text]]
  })
  return Object.fromEntries(pairs)
}

function checkRoles(words: readonly Word[], { ground, report }: ScenarioBench): string[] {
  const { roles } = ground.world
  for (const { text, span } of words) {
    if (!roles.has(text))
      report.unknown('RB0212', span, { message: `there is no role \`${text}\``, name: text, candidates: roles.keys() })
  }
  return words.map(({ text }) => text)
}
