import type { Use } from '../compile/bench.ts'
import type { Report } from '../report.ts'
import { asList, asMap, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkName, readScalar } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import type { Expressions } from './expressions.ts'

/** The predicates of `require`: without one a check allows everything. */
export function readRequire(node: Node | undefined, report: Report): readonly Node[] | undefined {
  const list = node && asList(node, '`require`', report)
  if (list?.items.length === 0) report.error('RB0102', startOf(list), 'a check without a predicate allows everything')
  return list?.items
}

/** Reads `each: { item: list.path }`. */
export function readEach({ each }: Fields, report: Report): Expressions['each'] {
  const map = each && asMap(each, '`each`', report)
  if (map === undefined) return undefined
  const [entry, ...more] = map.entries
  if (entry === undefined || more.length > 0)
    return report.error('RB0102', startOf(map), '`each` names one item and its list: `{ item: fact.items }`')
  const item = { text: entry.key, span: entry.keySpan }
  const list = readPath(entry.value, 'the list of `each`', report)
  return checkName(item, 'an item', report) && list ? { item, list } : undefined
}

function readPath(node: Node, what: string, report: Report): Use | undefined {
  const scalar = readScalar(node, what, report)
  if (scalar === undefined) return undefined
  if (/^[a-zA-Z]\w*(\.[a-zA-Z]\w*)+$/.test(scalar.text)) return { path: scalar.text.split('.'), span: scalar.span }
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a path`,
    help: 'write a bare path such as `groups.items` or `target.host`',
  })
}
