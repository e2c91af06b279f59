import type { Span } from '../../../schemas/diagnostic.ts'
import type { ScalarNode } from '../yaml/node.ts'

/** The place in the file of a part of a scalar's text, also where YAML folded lines or took quotes away. */
export function spanWithin(scalar: ScalarNode, start: number, end: number): Span {
  // Most texts stand in the file as they are: these need no search.
  const offsets = scalar.source === scalar.text ? undefined : alignedOnce(scalar)
  const offsetOf = (at: number) => (offsets === undefined ? Math.min(at, scalar.source.length) : offsets[at])
  const from = offsetOf(start) ?? scalar.source.length
  const last = offsetOf(Math.max(end - 1, start)) ?? from
  const to = Math.max(end > start ? last + 1 : from + 1, from + 1)
  return {
    file: scalar.span.file,
    start: scalar.span.start + from,
    end: Math.min(scalar.span.start + to, Math.max(scalar.span.end, scalar.span.start + from + 1)),
  }
}

const aligned = new WeakMap<ScalarNode, readonly number[]>()

/** A scalar does not change, and a long text may have thousands of places in it. */
function alignedOnce(scalar: ScalarNode): readonly number[] {
  const offsets = aligned.get(scalar) ?? align(scalar.source, scalar.text)
  aligned.set(scalar, offsets)
  return offsets
}

/** For each character of the text, where it stands in the source. Runs of white space count as one. */
function align(source: string, text: string): number[] {
  const offsets: number[] = []
  let at = source.startsWith('|') || source.startsWith('>') ? source.indexOf('\n') + 1 : 0
  for (const character of text.split('')) {
    if (/\s/.test(character)) {
      const space = source.slice(at).search(/\s/)
      at += Math.max(space, 0)
      offsets.push(at)
      at += /^\s*/.exec(source.slice(at))?.[0].length ?? 0
      continue
    }
    const found = source.indexOf(character, at)
    offsets.push(found < 0 ? at : found)
    at = found < 0 ? at : found + 1
  }
  return offsets
}
