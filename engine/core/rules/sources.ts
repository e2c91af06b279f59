import type { Operand } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { sameType } from '../predicate/describe.ts'
import { choicesBehind } from './alternatives.ts'
import { choicesAt, judgementOf } from './choices.ts'
import { loopsOf, siteOfCallee, siteOfStep, sitesOf } from './sites.ts'
import type { PlanBody, Site } from './sites.ts'
import { bare } from './subjects.ts'

/** Something that a value, or a choice, comes from. */
export interface Origin {
  readonly kind: 'reading' | 'input' | 'literal' | 'policy' | 'run' | 'answer' | 'output' | 'result'
  /** The action, input, step or policy value; the literal as JSON. */
  readonly name: string
}

/** A field of an effect's target, and its type. */
export interface Written {
  readonly effect: string
  readonly field: string
  readonly type: ValueType
}

/** A Plan does not change, and its sites are found once: so is what is behind them. */
const found = new WeakMap<Site, (Written & { readonly origins: readonly Origin[] | undefined })[]>()

/**
 * Where a field of an effect's target comes from, at one place of a Plan (`siteOf`): what it is made of, and what chose this
 * step before another. Undefined where there is no such field (G20, form 4).
 */
export function sourcesOf(body: PlanBody, at: string, written: Written): readonly Origin[] | undefined {
  const site = sitesOf(body).find((other) => other.at === at)
  if (site === undefined) return undefined
  const known = found.get(site) ?? []
  found.set(site, known)
  const before = known.find(({ effect, field, type }) => isSame({ effect, field, type }, written))
  if (before !== undefined) return before.origins
  const origins = sourcesAt(site, written)
  known.push({ ...written, origins })
  return origins
}

function isSame(one: Written, other: Written): boolean {
  return one.effect === other.effect && one.field === other.field && one.type === other.type
}

/** The same at a place that is at hand. */
export function sourcesAt(site: Site, { effect, field, type }: Written): Origin[] | undefined {
  const target = site.causes.find((cause) => cause.effect === effect)?.target
  const operand = target !== undefined && Object.hasOwn(target, field) ? target[field] : undefined
  if (operand === undefined) return undefined
  return once([...originsOf(operand, site, type), ...choicesAt(site), ...choicesBehind(site, field)])
}

/** What an operand is made of. `asked` is the type of the value in question, where one is. */
export function originsOf(operand: Operand, site: Site, asked?: ValueType): Origin[] {
  if ('literal' in operand) return [{ kind: 'literal', name: JSON.stringify(operand.literal) }]
  if ('path' in operand) return originsOfPath(operand.path, site, asked)
  return operand.text.flatMap((part): Origin[] => {
    if (typeof part !== 'string') return originsOfPath(part.path, site, asked)
    return part.trim() === '' ? [] : [{ kind: 'literal', name: JSON.stringify(part) }]
  })
}

/** What the value at a path is made of: through facts, loops, decisions and callers back to where it began. */
export function originsOfPath(path: readonly string[], site: Site, asked?: ValueType): Origin[] {
  const [root = '', name = ''] = path
  if (root === 'inputs') return originsOfInput(name, site, asked)
  if (root === 'policy' || root === 'run') return [{ kind: root, name }]
  if (Object.hasOwn(site.body.facts, root)) return originsOfFact(root, site, asked)
  const loop = loopsOf(site).find(({ item }) => item === root)
  if (loop !== undefined) return originsOfPath(loop.list, site, asked)
  const step = siteOfStep(site, root)
  return step === undefined ? [{ kind: 'result', name: root }] : originsOfStep(step, name, asked)
}

/** An input of a called runbook is what its caller gives. */
function originsOfInput(name: string, site: Site, asked?: ValueType): Origin[] {
  const { caller } = site
  if (caller?.step?.kind !== 'call') return [{ kind: 'input', name }]
  const given = Object.hasOwn(caller.step.with, name) ? caller.step.with[name] : undefined
  return given === undefined ? [{ kind: 'literal', name: 'default' }] : originsOf(given, caller, asked)
}

/**
 * A reading says what it says by itself; but which one was asked for came from somewhere too. An input, literal or policy value
 * only says what the question is about, unless it could be the very answer: a value of the type in question.
 */
function originsOfFact(name: string, site: Site, asked?: ValueType): Origin[] {
  const fact = site.body.facts[name]
  if (fact === undefined) return []
  const contract = site.body.contracts[fact.action]
  const further = Object.entries(fact.with).flatMap(([input, operand]) => {
    const type = contract?.input.fields[input]
    const answers = asked !== undefined && (type === undefined || sameType(bare(type), bare(asked)))
    return originsOf(operand, site, asked).filter(({ kind }) => answers || !QUESTION.has(kind))
  })
  return [{ kind: 'reading', name: fact.action }, ...further]
}

const QUESTION: ReadonlySet<Origin['kind']> = new Set(['input', 'literal', 'policy', 'run'])

function originsOfStep(site: Site, field: string, asked?: ValueType): Origin[] {
  const { step, body } = site
  switch (step?.kind) {
    case 'decide':
    case 'ask':
    case 'approve':
      return judgementOf(site)
    case 'do':
      return [{ kind: 'output', name: step.action }]
    case 'call': {
      const callee = body.callees?.[step.runbook]
      const output = callee?.outputs?.[field]
      if (callee === undefined || output === undefined) return [{ kind: 'result', name: step.id }]
      return originsOf(output.from, siteOfCallee(site, callee), asked)
    }
    default:
      return [{ kind: 'result', name: step?.id ?? '' }]
  }
}

function once(origins: readonly Origin[]): Origin[] {
  return [...new Map(origins.map((origin) => [`${origin.kind} ${origin.name}`, origin])).values()]
}
