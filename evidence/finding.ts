/** One thing that is not as it should be: `gap`, something could not be recorded; `contradiction`, two records disagree. */
export interface Finding {
  readonly kind: 'gap' | 'contradiction'
  readonly text: string
}

/** Something is missing. */
export function gap(text: string): Finding {
  return { kind: 'gap', text }
}

/** Two records say different things. */
export function contradiction(text: string): Finding {
  return { kind: 'contradiction', text }
}
