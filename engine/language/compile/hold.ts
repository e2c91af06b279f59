import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType } from '../../core/cel.ts'
import type { Report } from '../report.ts'
import { asList, startOf } from '../shape/fields.ts'
import { readScalar } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { Bench, Use } from './bench.ts'
import { typeAt } from './path.ts'

/** Reads `hold`: bare paths to the objects on which leases are taken (G3). */
export function readHold(node: Node | undefined, report: Report): Use[] {
  const list = node && asList(node, '`hold`', report)
  if (list?.items.length === 0) report.error('RB0102', startOf(list), '`hold` needs at least one entry')
  return (list?.items ?? []).flatMap((item) => readPath(item, report) ?? [])
}

function readPath(node: Node, report: Report): Use | undefined {
  const scalar = readScalar(node, 'an entry of `hold`', report)
  if (scalar === undefined) return undefined
  if (/^[a-zA-Z]\w*(\.[a-zA-Z]\w*)*$/.test(scalar.text)) return { path: scalar.text.split('.'), span: scalar.span }
  const [, inside] = /^\{\{\s*([\w.]+)\s*\}\}$/.exec(scalar.text) ?? []
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a path`,
    help:
      inside === undefined ? 'write a bare path such as `groups.items`' : `write \`${inside}\`: paths are bare here`,
  })
}

/** Does the path lead to something on which a lease can be held: an object of the platform, or a list of these? Tells where not. */
export function namesResource(use: Use, bench: Pick<Bench, 'variables' | 'report'>): boolean {
  const type = typeAt(use, bench)
  if (type === undefined) return false
  const one = type.kind === 'list' ? type.item : type
  if (one.kind === 'id' || idOf(one) !== undefined) return true
  const path = use.path.join('.')
  if (type.kind === 'optional')
    bench.report.error('RB0309', use.span, {
      message: `\`${path}\` may be absent`,
      help: `write \`${path}.value\` where \`${path}.known\` was decided`,
    })
  else
    bench.report.error('RB0240', use.span, {
      message: `\`${path}\` is ${describeType(type)}: a lease is held on objects that have an id`,
      help: 'write the path of an id, or of a list of objects with a field `id`',
    })
  return false
}

/** The type of an object's `id`, where that names an object of the platform. */
export function idOf(type: ValueType): ValueType | undefined {
  const id = type.kind === 'object' ? type.fields['id'] : undefined
  return id?.kind === 'id' ? id : undefined
}
