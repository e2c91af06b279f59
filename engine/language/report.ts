import type { Diagnostic, Span } from '../../schemas/diagnostic.ts'
import { didYouMean, nearest } from '../diagnostics/suggest.ts'

type Extra = Partial<Pick<Diagnostic, 'label' | 'help' | 'related'>>

/** Collects mistakes: checking goes on after each one. */
export class Report {
  readonly found: Diagnostic[] = []
  /** Names that are declared and were not understood: what follows from that is not told again. */
  readonly broken: Set<string>
  /** Something is declared and nobody can read its name: what looks unknown may be it. */
  nameless = false
  readonly #told = new Set<string>()
  #compared = 0

  constructor(broken = new Set<string>()) {
    this.broken = broken
  }

  /** Notes a mistake. Answers `undefined`, so that what could not be understood is absent. */
  error(code: string, span: Span, said: string | ({ readonly message: string } & Extra)): undefined {
    const { message, ...extra } = typeof said === 'string' ? { message: said } : said
    const place = `${code} ${span.file} ${span.start} ${span.end}`
    if (this.#told.has(place)) return
    this.#told.add(place)
    this.found.push({ code, severity: 'error', message, span, ...extra })
  }

  /** Notes a name that does not exist, with the nearest one that does. */
  unknown(
    code: string,
    span: Span,
    said: { readonly message: string; readonly name: string; readonly candidates: Iterable<string> },
  ): undefined {
    if (this.excuses(said.name)) return
    const help = this.didYouMean(said.name, said.candidates)
    this.error(code, span, { message: said.message, ...(help === undefined ? {} : { help }) })
  }

  /** The name that is meant; none once so many were compared that more would take minutes: such a file has other mistakes first. */
  nearest(name: string, candidates: Iterable<string>): string | undefined {
    const all = this.#counted(candidates)
    return all && nearest(name, all)
  }

  /** The same for people, or what there is if that is a short list. */
  didYouMean(name: string, candidates: Iterable<string>): string | undefined {
    const all = this.#counted(candidates)
    return all && didYouMean(name, all)
  }

  #counted(candidates: Iterable<string>): readonly string[] | undefined {
    if (this.#compared > MOST_COMPARED) return undefined
    const all = [...candidates]
    this.#compared += all.length
    return all
  }

  /** Is it told already, or may it be, why nobody knows this name? */
  excuses(name: string): boolean {
    return this.nameless || this.broken.has(name)
  }

  get failed(): boolean {
    return this.found.length > 0
  }
}

const MOST_COMPARED = 100_000
