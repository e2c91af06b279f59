/** A part of a predicate's text: character offsets, end exclusive. */
export interface Part {
  readonly start: number
  readonly end: number
}

/** A predicate as a tree of the constructs that the language has; every other construct of CEL was refused. */
export type Term = Part &
  (
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'field'; readonly of: Term; readonly field: string }
    | { readonly kind: 'literal'; readonly value: boolean | bigint | number | string }
    | { readonly kind: 'words'; readonly items: readonly Term[] }
    | { readonly kind: 'not'; readonly of: Term }
    | Binary<'logic', '&&' | '||'>
    | Binary<'equality', '==' | '!='>
    | Binary<'order', '<' | '<=' | '>' | '>='>
    | Binary<'sum', '+' | '-'>
    | Binary<'in', 'in'>
    | Quantified
    | { readonly kind: 'size'; readonly of: Term }
    | { readonly kind: 'total'; readonly of: Term }
    | { readonly kind: 'receipts'; readonly of: Term; readonly effect: Term }
  )

interface Binary<K extends string, Op extends string> {
  readonly kind: K
  readonly op: Op
  readonly left: Term
  readonly right: Term
}

/** `list.all(item, body)` and its like. */
export interface Quantified {
  readonly kind: 'each'
  readonly verb: 'all' | 'exists' | 'filter' | 'map'
  readonly of: Term
  readonly item: string
  readonly itemPart: Part
  readonly body: Term
}

/** What is wrong with a predicate, by kind; the language layer gives each kind its diagnostic code. */
export type ProblemKind =
  | 'syntax'
  | 'size'
  | 'construct'
  | 'unknown-name'
  | 'unknown-field'
  | 'types'
  | 'word'
  | 'number'
  | 'optional'
  | 'no-fact'

/** One mistake in a predicate, with its place in the predicate's text. */
export interface PredicateProblem extends Part {
  readonly kind: ProblemKind
  readonly message: string
  readonly label?: string
  readonly help?: string
  /** A misspelt name, and the names that there are. */
  readonly misspelt?: { readonly name: string; readonly candidates: readonly string[] }
}
