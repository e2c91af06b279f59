import type { CheckPlan, FactPlan, Predicate } from '../../../schemas/plan.ts'
import type { FactDraft } from '../compile/facts.ts'
import { asMap, readFields, startOf } from '../shape/fields.ts'
import type { Keys } from '../shape/fields.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import type { RuleBench } from './compile-rules.ts'
import { compileAfter, compileForbid, compileOnlyFrom, compileRequire } from './forms.ts'
import { compileDuring, compileMustWithin } from './interval-forms.ts'

/** A check with the facts that its expressions need. */
export interface CompiledCheck {
  readonly plan: CheckPlan
  readonly facts: ReadonlyMap<string, FactPlan>
  /** The condition for overriding, as it is for this check. */
  readonly overriding?: Predicate | undefined
  /** A policy value that is no part of a predicate. */
  readonly policy?: string
}

/** What the checks of one rule are compiled with. */
export interface CheckBench extends RuleBench {
  readonly drafts: readonly FactDraft[]
  /** The condition of `overridable`. */
  readonly overriding: Node | undefined
}

/** The forms, by the key that only they have; `require` is form 1 where none of these is there. */
const FORMS = {
  forbid: { required: ['forbid'], optional: ['inRunsWith'], compile: compileForbid },
  after: { required: ['guards', 'after'], optional: ['each'], compile: compileAfter },
  onlyFrom: { required: ['guards', 'onlyFrom', 'input'], optional: [], compile: compileOnlyFrom },
  during: { required: ['during', 'require'], optional: [], compile: compileDuring },
  mustWithin: { required: ['mustWithin'], optional: [], compile: compileMustWithin },
  require: { required: ['guards', 'require'], optional: ['hold', 'each'], compile: compileRequire },
} as const

/** All keys of all forms. */
const KEYS: readonly string[] = [
  ...new Set(Object.values(FORMS).flatMap(({ required, optional }) => [...required, ...optional])),
]

/** Compiles one check; each has exactly one form (language.md 10). */
export function compileCheck(node: Node, bench: CheckBench): CompiledCheck | undefined {
  const map = asMap(node, 'a check', bench.report)
  if (map === undefined) return undefined
  const form = formOf(map, bench)
  if (form === undefined) return undefined
  const { required, optional, compile } = FORMS[form]
  const keys: Keys = { what: `a check with \`${form}\``, required, optional }
  const fields = readFields(map, keys, bench.report)
  return fields && compile(fields, bench)
}

function formOf(map: MapNode, { report }: CheckBench): keyof typeof FORMS | undefined {
  const keys = new Set(map.entries.map(({ key }) => key))
  const found = (['forbid', 'after', 'onlyFrom', 'during', 'mustWithin'] as const).filter((form) => keys.has(form))
  const [form = 'require', ...more] = found
  const strangers = [...keys].filter((key) => KEYS.includes(key) && !has(form, key))
  if (more.length === 0 && strangers.length === 0) return form
  const also = more[0] ?? strangers.find((key) => key === 'require') ?? strangers[0] ?? ''
  return report.error('RB0109', startOf(map), {
    message: `a check has one form, and this one has \`${form}\` and \`${also}\``,
    help: 'write two checks, one after the other',
  })
}

function has(form: keyof typeof FORMS, key: string): boolean {
  const { required, optional } = FORMS[form]
  return [...required, ...optional].some((known) => known === key)
}
