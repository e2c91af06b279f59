import { nearest } from '../diagnostics/suggest.ts'
import type { Node } from './yaml/node.ts'

/** The names that a part of a catalogue declares, and those that it uses, as often as it does. */
export interface Names {
  readonly declared: readonly string[]
  readonly uses: readonly string[]
  /** Of what is used and not declared, what can be a name of this kind only. */
  readonly strange: readonly string[]
}

/**
 * Declared names that nobody uses, each with the near miss which is used in its place: the mistake stands at the declaration.
 * A word that is used once is itself the mistake.
 */
export function misdeclared({ declared, uses, strange }: Names): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const name of declared) {
    if (uses.includes(name)) continue
    const taken = [...found.values()]
    const often = strange.filter((word) => !taken.includes(word) && timesIn(uses, word) > 1)
    const word = nearest(name, often)
    if (word !== undefined) found.set(name, word)
  }
  return found
}

/** Names that are meant by a word which nobody declares: that is told where the word stands. */
export function meantBySome({ declared, strange }: Pick<Names, 'declared' | 'strange'>): ReadonlySet<string> {
  return new Set(strange.flatMap((word) => nearest(word, declared) ?? []))
}

/** Names in a part as it was written: single words, and what paths begin with. */
export function namesIn(node: Node | undefined): string[] {
  if (node === undefined) return []
  if (node.kind === 'list') return node.items.flatMap(namesIn)
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => namesIn(value))
  if (/^[a-zA-Z]\w*$/.test(node.text)) return [node.text]
  return [...node.text.matchAll(/(?<![\w.'"])[a-zA-Z]\w*(?=\.[a-zA-Z])/g)].map(([name]) => name)
}

function timesIn(uses: readonly string[], word: string): number {
  return uses.filter((use) => use === word).length
}
