import type { OutputPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import type { Bench, Use } from '../compile/bench.ts'
import { typeAt } from '../compile/path.ts'
import { hasBraces, readTemplate } from '../compile/template.ts'
import { asMap } from '../shape/fields.ts'
import { checkName, readScalar } from '../shape/words.ts'
import type { MapEntry, Node } from '../yaml/node.ts'

/** A value for the caller, with the path that it is. */
export interface CompiledOutput {
  readonly name: string
  readonly use: Use
  readonly type: ValueType
}

/** Compiles `outputs`: each is one path in braces, which keeps its type. */
export function compileOutputs(node: Node | undefined, bench: Bench): CompiledOutput[] {
  const map = node && asMap(node, '`outputs`', bench.report)
  return (map?.entries ?? []).flatMap((entry) => compileOutput(entry, bench) ?? [])
}

/** What a caller gets; a value that some path ends without may be absent. */
export function outputPlans(outputs: readonly CompiledOutput[], open: ReadonlySet<string>): Record<string, OutputPlan> {
  return Object.fromEntries(
    outputs.map(({ name, use, type }): [string, OutputPlan] => {
      const whole = !open.has(name) || type.kind === 'optional'
      return [name, { type: whole ? type : { kind: 'optional', inner: type }, from: { path: use.path } }]
    }),
  )
}

function compileOutput({ key, keySpan, value }: MapEntry, bench: Bench): CompiledOutput | undefined {
  const { report } = bench
  checkName({ text: key, span: keySpan }, 'an output', report)
  const scalar = readScalar(value, 'an output', report)
  if (scalar === undefined) return undefined
  const template = hasBraces(scalar.text) ? readTemplate(scalar, report) : []
  const [use, ...more] = template ?? []
  if (template === undefined) return undefined
  if (typeof use !== 'object' || more.length > 0) {
    return report.error('RB0206', scalar.span, {
      message: 'an output is one path, whose type it keeps',
      help: 'write `"{{step.field}}"`',
    })
  }
  const type = typeAt(use, bench)
  return type && { name: key, use, type }
}
