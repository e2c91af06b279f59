/** A place in a file: character offsets, end exclusive. Line and column are computed when it is printed. */
export interface Span {
  readonly file: string
  readonly start: number
  readonly end: number
}

/** One mistake. The JSON of it is the truth; the text on a terminal is a view. */
export interface Diagnostic {
  /** `RB` and four digits; the first two name the family. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  /** What is wrong: lowercase, no final stop, names in backticks. */
  readonly message: string
  /** The smallest text that is wrong. */
  readonly span: Span
  /** Why, in a few words, beside the underline. */
  readonly label?: string
  readonly related?: readonly { readonly span: Span; readonly label: string }[]
  /** The only place that suggests; a command or an edit where possible. */
  readonly help?: string
}
