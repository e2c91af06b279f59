import type { Place } from '../../schemas/plan.ts'

/** A text with its lines, so that offsets become lines and columns only when somebody reads them. */
export class Lines {
  readonly #starts: number[] = [0]
  readonly #text: string

  constructor(text: string) {
    this.#text = text
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  /** Line and column, both from 1, of an offset; offsets behind the end are at the end. */
  at(offset: number): { readonly line: number; readonly col: number } {
    const wanted = Math.min(Math.max(offset, 0), this.#text.length)
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((this.#starts[middle] ?? 0) <= wanted) low = middle
      else high = middle - 1
    }
    return { line: low + 1, col: wanted - (this.#starts[low] ?? 0) + 1 }
  }

  /** The text of a line, from 1, without its end. */
  line(number: number): string {
    const start = this.#starts[number - 1] ?? this.#text.length
    return this.#text.slice(start, this.#starts[number] ?? this.#text.length).replace(/\r?\n$/, '')
  }
}

/** Where an offset of a file stands. */
export function placeOf(file: string, lines: Lines, offset: number): Place {
  return { file, ...lines.at(offset) }
}
