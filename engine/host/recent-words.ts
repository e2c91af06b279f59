/** The newest of the words that were added, so many and no more. */
export class RecentWords {
  readonly #words = new Set<string>()
  readonly #most: number

  constructor(most: number) {
    this.#most = most
  }

  has(word: string): boolean {
    return this.#words.has(word)
  }

  add(word: string): void {
    this.#words.add(word)
    const [oldest] = this.#words
    if (this.#words.size > this.#most && oldest !== undefined) this.#words.delete(oldest)
  }
}
