/** What is known of a diagnostic code: for `explain`, and for the page that lists all of them. */
export interface CodeEntry {
  readonly title: string
  /** Why it matters. */
  readonly cause: string
  /** YAML that is wrong, and the same put right. */
  readonly wrong: string
  readonly right: string
}

/** Codes by number. */
export type CodeTable = Readonly<Record<string, CodeEntry>>
