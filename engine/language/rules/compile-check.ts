import type { CheckPlan, FactPlan, Predicate } from '../../../schemas/plan.ts'
import type { FactDraft } from '../compile/facts.ts'
import { asMap, fieldsOf, readFields, startOf } from '../shape/fields.ts'
import type { Fields, Keys } from '../shape/fields.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import type { RuleBench } from './compile-rules.ts'
import { compileAfter, compileForbid, compileOnlyFrom, compileRequire } from './forms.ts'
import { compileDuring, compileMustWithin } from './interval-forms.ts'
import { CHECK_KEYS } from './keys.ts'

/** A check with the facts that its expressions need. */
export interface CompiledCheck {
  readonly plan: CheckPlan
  readonly facts: ReadonlyMap<string, FactPlan>
  /** The condition for overriding, as it is for this check. */
  readonly overriding?: Predicate | undefined
  /** A policy value that is no part of a predicate. */
  readonly policy?: string
}

type Form = keyof typeof CHECK_KEYS

/** What the checks of one rule are compiled with. */
export interface CheckBench extends RuleBench {
  readonly drafts: readonly FactDraft[]
  /** The condition of `overridable`. */
  readonly overriding: Node | undefined
}

/** Compiles one check; each has exactly one form (language.md 10). */
export function compileCheck(node: Node, bench: CheckBench): CompiledCheck | undefined {
  const map = asMap(node, 'a check', bench.report)
  if (map === undefined) return undefined
  const form = formOf(map, bench)
  if (form === undefined) return undefined
  const fields = readFields(map, CHECK_KEYS[form], bench.report)
  return fields && FORMS[form](fields, bench)
}

/** Form 5 is form 1 on a claim. */
const FORMS: Readonly<Record<Form, (fields: Fields, bench: CheckBench) => CompiledCheck | undefined>> = {
  forbid: compileForbid,
  after: compileAfter,
  onlyFrom: compileOnlyFrom,
  during: compileDuring,
  mustWithin: compileMustWithin,
  require: compileRequire,
}

function formOf(map: MapNode, { report }: CheckBench): Form | undefined {
  const keys = new Set(map.entries.map(({ key }) => key))
  const fields = fieldsOf(map, { required: [], optional: [...EVERY_KEY] })
  const found = (['forbid', 'after', 'onlyFrom', 'during', 'mustWithin'] as const).filter((form) => fields[form])
  const [form = 'require', ...more] = found
  const strangers = [...keys].filter((key) => EVERY_KEY.has(key) && !has(form, key))
  if (more.length === 0 && strangers.length === 0) return form
  const also = more[0] ?? strangers.find((key) => key === 'require') ?? strangers[0] ?? ''
  return report.error('RB0109', startOf(map), {
    message: `a check has one form, and this one has \`${form}\` and \`${also}\``,
    help: 'write two checks, one after the other',
  })
}

function has(form: Form, key: string): boolean {
  const { required, optional = [] }: Keys = CHECK_KEYS[form]
  return [...required, ...optional].includes(key)
}

/** All keys of all forms. */
const EVERY_KEY: ReadonlySet<string> = new Set(
  Object.values<Keys>(CHECK_KEYS).flatMap(({ required, optional = [] }) => [...required, ...optional]),
)
