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
  const times = timesOf(uses)
  const unused = declared.filter((name) => !times.has(name))
  const often = new Set(strange.filter((word) => (times.get(word) ?? 0) > 1))
  const found = new Map<string, string>()
  if (tooMany(unused.length, often.size)) return found
  for (const name of unused) {
    const word = nearest(name, often)
    if (word === undefined) continue
    found.set(name, word)
    often.delete(word)
  }
  return found
}

/** Names that are meant by a word which nobody declares: that is told where the word stands. */
export function meantBySome({ declared, strange }: Pick<Names, 'declared' | 'strange'>): ReadonlySet<string> {
  const words = new Set(strange)
  if (tooMany(declared.length, words.size)) return new Set()
  return new Set([...words].flatMap((word) => nearest(word, declared) ?? []))
}

/** Comparing each with each would take minutes, and a file with so many unknown names has other mistakes first. */
function tooMany(names: number, words: number): boolean {
  return names * words > 50_000
}

/** Names in a part as it was written: single words, and what paths begin with. */
export function namesIn(node: Node | undefined): string[] {
  if (node === undefined) return []
  if (node.kind === 'list') return node.items.flatMap(namesIn)
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => namesIn(value))
  if (/^[a-zA-Z]\w*$/.test(node.text)) return [node.text]
  return [...node.text.matchAll(/(?<![\w'"]|\.\s*)[a-zA-Z]\w*(?=\s*\.\s*[a-zA-Z])/g)].map(([name]) => name)
}

function timesOf(uses: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const use of uses) times.set(use, (times.get(use) ?? 0) + 1)
  return times
}
