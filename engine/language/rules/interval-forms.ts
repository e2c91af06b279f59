import type { DuringCheck, MustWithinCheck } from '../../../schemas/plan.ts'
import { readBound } from '../compile/bound.ts'
import type { Bound } from '../compile/bound.ts'
import { readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import type { CheckBench, CompiledCheck } from './compile-check.ts'
import { compileForAll } from './for-each-effect.ts'
import { DURING_KEYS, MUST_WITHIN_KEYS } from './keys.ts'
import { readEffect } from './named.ts'
import { readRequire } from './parts.ts'
import { checkComparable } from './subjects.ts'

/** Form 6: `target` is that of the effect which begins the interval. */
export function compileDuring(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const during = fields['during'] && readFields(fields['during'], DURING_KEYS, bench.report)
  const from = during?.['from'] && readEffect(during['from'], '`from`', bench)
  const to = during?.['to'] && readEffect(during['to'], '`to`', bench)
  const require = readRequire(fields['require'], bench.report)
  if (from === undefined || to === undefined || require === undefined) return undefined
  checkComparable(from, to, bench)
  const bound = compileForAll([from], { ...bench, require, each: undefined, hold: [] }, bench)
  if (bound === undefined) return undefined
  const plan: DuringCheck = { form: 'during', from: from.text, to: to.text, require: bound.require }
  return { plan, facts: bound.facts, overriding: bound.overriding }
}

/** Form 7: the bound is a number that tips a decision, and has a name. */
export function compileMustWithin(fields: Fields, bench: CheckBench): CompiledCheck | undefined {
  const parts = fields['mustWithin'] && readFields(fields['mustWithin'], MUST_WITHIN_KEYS, bench.report)
  const after = parts?.['after'] && readEffect(parts['after'], '`after`', bench)
  const act = parts?.['do'] && readEffect(parts['do'], '`do`', bench)
  const within = parts?.['within'] && readBound(parts['within'], '`within`', bench)
  if (after === undefined || act === undefined || within === undefined) return undefined
  checkComparable(after, act, bench)
  const name = nameOf(within, bench)
  const bound = compileForAll([after], { ...bench, require: [], each: undefined, hold: [] }, bench)
  if (name === undefined) return undefined
  const times = { withinMs: within.ms, within: name }
  const plan: MustWithinCheck = { form: 'must-within', after: after.text, do: act.text, ...times }
  return { plan, facts: bound?.facts ?? new Map(), overriding: bound?.overriding, policy: name }
}

function nameOf({ policy, span }: Bound, { report }: CheckBench): string | undefined {
  if (policy !== undefined) return policy
  return report.error('RB0410', span, {
    message: 'this bound tips a decision and has no name',
    help: 'name it in policy.yaml, with a source, and write `policy.<name>`',
  })
}
