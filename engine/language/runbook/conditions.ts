import type { Condition } from '../../../schemas/plan.ts'
import type { Report } from '../report.ts'
import { asMap, startOf } from '../shape/fields.ts'
import { readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { everyDraft } from './step.ts'
import type { StepDraft } from './step.ts'

/** Which steps can be seen at one place of a runbook. */
export interface Sight {
  /** The steps whose results can be known here, in order. */
  readonly before: readonly StepDraft[]
  /** The lists of steps around this place, the outermost first. */
  readonly levels: readonly (readonly StepDraft[])[]
}

type Around = Sight & { readonly report: Report }

/** Reads `when`: every named step ended with one of the named results. */
export function readCondition(node: Node | undefined, around: Around): Condition {
  const map = node && asMap(node, '`when`', around.report)
  if (map?.entries.length === 0)
    around.report.error('RB0102', startOf(map), {
      message: '`when` needs at least one step',
      help: 'drop it, or name one',
    })
  return (map?.entries ?? []).flatMap((entry) => readClause(entry, around) ?? [])
}

function readClause({ key, keySpan, value }: MapEntry, around: Around): Condition[number] | undefined {
  const words = readAlternatives(value, around.report)
  if (value.kind === 'list' && words.length === 0)
    around.report.error('RB0102', startOf(value), `a condition on \`${key}\` needs at least one result`)
  const step = around.before.find(({ id }) => id.text === key)
  if (step === undefined) return unknownStep({ text: key, span: keySpan }, around)
  if (step.kind === 'other') return undefined
  const possible = [...step.results, ...(step.fields['when'] === undefined ? [] : ['skipped'])]
  for (const word of words) {
    if (word.text === 'skipped' && !possible.includes('skipped')) tellNeverSkipped(word, key, around.report)
    else checkResult(word, { step: key, possible, report: around.report })
  }
  return { step: key, results: words.map(({ text }) => text) }
}

/** One word, or a list of them. */
function readAlternatives(node: Node, report: Report): Word[] {
  if (node.kind === 'list') return readWords(node, 'results', report)
  const word = readWord(node, 'a result', report)
  return word === undefined ? [] : [word]
}

/** A word that is near to it would be no better. */
function tellNeverSkipped({ span }: Word, step: string, report: Report): void {
  report.error('RB0211', span, {
    message: `\`${step}\` is never skipped`,
    help: 'it has no `when`: whenever a run comes to it, it is carried out',
  })
}

function checkResult(word: Word, at: { step: string; possible: readonly string[]; report: Report }): void {
  if (at.possible.includes(word.text)) return
  at.report.unknown('RB0211', word.span, {
    message: `\`${at.step}\` never ends with \`${word.text}\``,
    name: word.text,
    candidates: at.possible,
  })
}

function unknownStep(word: Word, { levels, before, report }: Around): undefined {
  if (levels.some((level) => level.some(({ id }) => id.text === word.text))) {
    return report.error('RB0412', word.span, {
      message: `\`${word.text}\` is not over when this is looked at`,
      help: 'a condition asks for results of steps that stand above it',
    })
  }
  const block = blockAround(word.text, levels[0] ?? [])
  if (block !== undefined) {
    return report.error('RB0420', word.span, {
      message: `\`${word.text}\` is seen inside the block \`${block.id.text}\` only`,
      help: `ask how the block ended: \`${block.id.text}: done\``,
    })
  }
  return report.unknown('RB0210', word.span, {
    message: `there is no step \`${word.text}\` above`,
    name: word.text,
    candidates: before.map(({ id }) => id.text),
  })
}

/** The block of these steps in which, at whatever depth, a step of this name stands. */
function blockAround(id: string, steps: readonly StepDraft[]): StepDraft | undefined {
  return steps.find((step) => step.kind === 'block' && everyDraft(step.steps).some((inner) => inner.id.text === id))
}

/** Kinds whose results are named by the author: where some are listed, the run stops on all others. */
const NAMED: ReadonlySet<StepDraft['kind']> = new Set(['decide', 'ask', 'call'])

/** Reads `continueOn`: the full set of results with which the run goes on. */
export function readContinueOn(node: Node | undefined, draft: StepDraft, report: Report): readonly string[] {
  if (node === undefined) return draft.goesOn
  if (node.kind === 'scalar' && node.text === 'any') return draft.results
  const words = readAlternatives(node, report)
  for (const word of words) checkResult(word, { step: draft.id.text, possible: draft.results, report })
  const given = words.map(({ text }) => text)
  const whole = NAMED.has(draft.kind) && draft.loop === undefined
  return whole ? given : [...new Set([...draft.goesOn, ...given])]
}
