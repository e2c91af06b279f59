import type { Span } from '../../../schemas/diagnostic.ts'

/** A YAML document as a tree that keeps places and sources: no scalar is rewritten on the way. */
export type Node = ScalarNode | MapNode | ListNode

/** A scalar as it was written: `1.10` stays `1.10`. */
export interface ScalarNode {
  readonly kind: 'scalar'
  readonly span: Span
  readonly text: string
  /** Written without quotes, on one or more lines. */
  readonly plain: boolean
  /** The source between start and end, quotes and line breaks included. */
  readonly source: string
  /** A comment that follows on the same line: of a text it would be a part that is cut off. */
  readonly comment?: Span
}

export interface MapNode {
  readonly kind: 'map'
  readonly span: Span
  readonly entries: readonly MapEntry[]
}

export interface MapEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: Node
}

export interface ListNode {
  readonly kind: 'list'
  readonly span: Span
  readonly items: readonly Node[]
}

/** What a node is, in words. */
export function kindOf(node: Node): string {
  if (node.kind === 'scalar') return node.text === '' && node.plain ? 'nothing' : 'a single value'
  return node.kind === 'map' ? 'a map (`key: value`)' : 'a list'
}
