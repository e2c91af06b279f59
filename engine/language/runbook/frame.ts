import type { ReadStep } from '../../../schemas/plan.ts'
import type { Bench, LoopItem } from '../compile/bench.ts'
import type { FactDraft } from '../compile/facts.ts'
import { readSome } from '../shape/words.ts'
import type { Fields } from '../shape/fields.ts'
import type { Word } from '../shape/words.ts'
import type { Sight } from './conditions.ts'
import type { LoopDraft, Step } from './step.ts'

/** The place at which a step is compiled: what can be named, and which steps can be seen. */
export interface Place extends Sight {
  readonly bench: Bench
  readonly facts: readonly FactDraft[]
  readonly items: ReadonlyMap<LoopDraft, LoopItem>
}

/** What steps of every kind have in a Plan. */
export type Frame = Pick<ReadStep, 'id' | 'place' | 'when' | 'continueOn' | 'forEach'>

/** What the kinds compile differently. */
export type Detail = Omit<Step, 'span' | 'results' | 'whenSpan' | 'loop' | 'steps'> & Partial<Pick<Step, 'steps'>>

/** Names of facts that the runbook declares; a misspelt one is told, and is the one that is meant. */
export function readFactNames(node: Fields[string], { bench, facts }: Place, what = '`read`'): Word[] {
  const words = node === undefined ? [] : readSome(node, what, bench.report)
  const candidates = new Set(facts.map(({ name }) => name))
  return words.flatMap(({ text, span }) => {
    if (candidates.has(text)) return [{ text, span }]
    bench.report.unknown('RB0209', span, { message: `there is no fact \`${text}\``, name: text, candidates })
    const meant = bench.report.nearest(text, candidates)
    return meant === undefined ? [] : [{ text: meant, span }]
  })
}

/** The texts of words. */
export function namesOf(words: readonly Word[]): string[] {
  return words.map(({ text }) => text)
}
