import type { Quantified, Term } from './term.ts'
import { PredicateError } from './values.ts'
import type { CelValue } from './values.ts'

/** So many items may one evaluation look at: it is over before anything else of the run has waited for it. */
const MOST = 200_000

type Scope = Readonly<Record<string, CelValue | undefined>>

/** Does the predicate go through lists for every item of a list? Otherwise it takes no longer than its lists are. */
export function isNested(term: Term): boolean {
  return (term.kind === 'each' && goesThrough(term.body)) || childrenOf(term).some(isNested)
}

/** Throws where lists in lists would be gone through for too long; what a predicate stops at early counts as well. */
export function boundVisits(term: Term, scope: Scope): void {
  new Visits().through(term, scope)
}

class Visits {
  #left = MOST

  through(term: Term, scope: Scope): void {
    if (term.kind === 'each') return this.#each(term, scope)
    for (const child of childrenOf(term)) this.through(child, scope)
    const list = listIn(term)
    if (list !== undefined) this.#spend(itemsOf(list, scope).length)
  }

  #each({ of, item, body }: Quantified, scope: Scope): void {
    this.through(of, scope)
    const items = itemsOf(of, scope)
    this.#spend(items.length)
    if (goesThrough(body)) for (const value of items) this.through(body, { ...scope, [item]: value })
  }

  #spend(items: number): void {
    this.#left -= items
    if (this.#left < 0)
      throw new PredicateError(`it would look at more than ${MOST} items: lists in lists are too long`)
  }
}

function goesThrough(term: Term): boolean {
  return term.kind === 'each' || listIn(term) !== undefined || childrenOf(term).some(goesThrough)
}

/** The list that a construct without a body goes through. */
function listIn(term: Term): Term | undefined {
  if (term.kind === 'total' || term.kind === 'receipts') return term.of
  return term.kind === 'in' && term.right.kind !== 'words' ? term.right : undefined
}

function childrenOf(term: Term): readonly Term[] {
  if ('left' in term) return [term.left, term.right]
  if (term.kind === 'each') return [term.of, term.body]
  if (term.kind === 'receipts') return [term.of, term.effect]
  return 'of' in term ? [term.of] : []
}

/** The items at a term; of what is filtered all of them. */
function itemsOf(term: Term, scope: Scope): readonly (CelValue | undefined)[] {
  if (term.kind === 'each' && term.verb === 'map')
    return itemsOf(term.of, scope).map((value) => valueOf(term.body, { ...scope, [term.item]: value }))
  if (term.kind === 'each' || term.kind === 'receipts') return itemsOf(term.of, scope)
  const value = valueOf(term, scope)
  return Array.isArray(value) ? (value as readonly CelValue[]) : []
}

function valueOf(term: Term, scope: Scope): CelValue | undefined {
  if (term.kind === 'name') return scope[term.name]
  if (term.kind !== 'field') return undefined
  const object = valueOf(term.of, scope)
  if (typeof object !== 'object' || Array.isArray(object)) return undefined
  return (object as Readonly<Record<string, CelValue>>)[term.field]
}
