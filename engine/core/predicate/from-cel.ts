import type { CelNode } from '../cel.ts'
import type { Part, PredicateProblem, Term } from './term.ts'

/** The tree of a parsed predicate, or every construct in it that the language does not have (G11). */
export function toTerm(
  node: CelNode,
  text: string,
): { readonly term?: Term; readonly problems: readonly PredicateProblem[] } {
  const problems: PredicateProblem[] = []
  const term = new Translation(text, problems).term(node)
  return term === undefined ? { problems } : { term, problems }
}

const REFUSED_CALLS: Readonly<Record<string, string>> = {
  has: '`has` is not known here: a value that may be absent has `.known`',
  dyn: '`dyn` is not known here: every value has its type',
  duration: '`duration` is not known here: name the duration in policy.yaml',
  timestamp: '`timestamp` is not known here: times come from readings',
  matches: '`matches` is not known here: let a reading say what a text means',
  int: '`int` is not known here: every value has its type',
}

class Translation {
  readonly #text: string
  readonly #problems: PredicateProblem[]
  constructor(text: string, problems: PredicateProblem[]) {
    this.#text = text
    this.#problems = problems
  }

  term(node: CelNode): Term | undefined {
    const at: Part = { start: node.start, end: node.end }
    switch (node.op) {
      case 'id':
        return { ...at, kind: 'name', name: node.args }
      case '.':
        return this.#on(node.args[0], (of) => ({ ...at, kind: 'field', of, field: node.args[1] }))
      case 'value':
        return this.#literal(node.args, at)
      case '!_':
        return this.#on(node.args, (of) => ({ ...at, kind: 'not', of }))
      case '&&':
      case '||':
        return this.#pair(node.args, (left, right) => ({ ...at, kind: 'logic', op: node.op, left, right }))
      case '==':
      case '!=':
        return this.#pair(node.args, (left, right) => ({ ...at, kind: 'equality', op: node.op, left, right }))
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.#pair(node.args, (left, right) => ({ ...at, kind: 'order', op: node.op, left, right }))
      case '+':
      case '-':
        return this.#pair(node.args, (left, right) => ({ ...at, kind: 'sum', op: node.op, left, right }))
      case 'in':
        return this.#pair(node.args, (left, right) => ({ ...at, kind: 'in', op: 'in', left, right }))
      case 'list':
        return this.#words(node.args, at)
      case 'rcall':
        return this.#method(node.args, at)
      case 'call':
        return this.#call(node.args, at)
      case '?:':
        return this.#refuse(
          at,
          'a predicate does not choose between values',
          'write two cases, or join conditions with `&&` and `||`',
        )
      default:
        return this.#refuse(at, `\`${this.#text.slice(at.start, at.end)}\` is not a construct of this language`)
    }
  }

  #literal(value: unknown, at: Part): Term | undefined {
    if (
      typeof value === 'boolean' ||
      typeof value === 'bigint' ||
      typeof value === 'number' ||
      typeof value === 'string'
    ) {
      return { ...at, kind: 'literal', value }
    }
    if (value === null)
      return this.#refuse(at, 'there is no `null` here: a value that may be absent has `.known` and `.value`')
    return this.#refuse(at, `\`${this.#text.slice(at.start, at.end)}\` is not a literal of this language`)
  }

  #method([name, receiver, args]: readonly [string, CelNode, readonly CelNode[]], at: Part): Term | undefined {
    if (name === 'size' && args.length === 0) return this.#on(receiver, (of) => ({ ...at, kind: 'size', of }))
    const [first, second, ...more] = args
    if (name === 'of' && first !== undefined && second === undefined) {
      return this.#pair([receiver, first], (of, effect) => ({ ...at, kind: 'receipts', of, effect }))
    }
    const verb = (['all', 'exists', 'filter', 'map'] as const).find((known) => known === name)
    if (verb === undefined || first?.op !== 'id' || second === undefined || more.length > 0)
      return this.#refuseCall(name, at)
    const itemPart = { start: first.start, end: first.end }
    return this.#pair([receiver, second], (of, body) => ({
      ...at,
      kind: 'each',
      verb,
      of,
      item: first.args,
      itemPart,
      body,
    }))
  }

  #call([name, args]: readonly [string, readonly CelNode[]], at: Part): Term | undefined {
    const [list, ...more] = args
    if (name !== 'sum' || list === undefined || more.length > 0) return this.#refuseCall(name, at)
    return this.#on(list, (of) => ({ ...at, kind: 'total', of }))
  }

  #words(args: readonly CelNode[], at: Part): Term | undefined {
    const items = args.map((item) => this.term(item))
    const whole = items.filter((item) => item !== undefined)
    return whole.length === items.length ? { ...at, kind: 'words', items: whole } : undefined
  }

  #on(node: CelNode, make: (term: Term) => Term): Term | undefined {
    const term = this.term(node)
    return term === undefined ? undefined : make(term)
  }

  #pair([first, second]: readonly [CelNode, CelNode], make: (left: Term, right: Term) => Term): Term | undefined {
    const [left, right] = [this.term(first), this.term(second)]
    return left === undefined || right === undefined ? undefined : make(left, right)
  }

  #refuseCall(name: string, at: Part): undefined {
    const said = Object.hasOwn(REFUSED_CALLS, name) ? REFUSED_CALLS[name] : undefined
    if (said !== undefined) return this.#refuse(at, said)
    return this.#refuse(
      at,
      `there is no function \`${name}\` like this`,
      'there are `all`, `exists`, `filter`, `map`, `size` and `sum`',
    )
  }

  #refuse({ start, end }: Part, message: string, help?: string): undefined {
    this.#problems.push({ kind: 'construct', message, start, end, ...(help === undefined ? {} : { help }) })
  }
}
