import type { AttestedFact } from '../../schemas/run.ts'

/** Readings, each kept once however many things rest on it; elsewhere a number stands for it. */
export class Facts {
  readonly all: AttestedFact[]
  readonly #at = new Map<AttestedFact, number>()

  constructor(all: readonly AttestedFact[] = []) {
    this.all = [...all]
  }

  /** The number of a reading. */
  at(fact: AttestedFact): number {
    const at = this.#at.get(fact) ?? this.all.push(fact) - 1
    this.#at.set(fact, at)
    return at
  }

  get(at: number): AttestedFact {
    const fact = this.all[at]
    if (fact === undefined) throw new Error(`there is no reading ${at}`)
    return fact
  }

  atAll(facts: Readonly<Record<string, AttestedFact>>): Record<string, number> {
    return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, this.at(fact)]))
  }

  getAll(numbers: Readonly<Record<string, number>>): Record<string, AttestedFact> {
    return Object.fromEntries(Object.entries(numbers).map(([name, at]) => [name, this.get(at)]))
  }
}
