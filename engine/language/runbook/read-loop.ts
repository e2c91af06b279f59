import type { Report } from '../report.ts'
import { asMap, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkName, readScalar } from '../shape/words.ts'
import type { LoopDraft } from './step.ts'

/** So many items at a time are enough for everything that people can still follow. */
export const MOST_AT_ONCE = 100

/** Reads `forEach: { item: list.path }` and `atOnce`. */
export function readLoop(fields: Fields, report: Report): LoopDraft | undefined {
  const { forEach, atOnce } = fields
  if (forEach === undefined) {
    if (atOnce !== undefined) report.error('RB0110', atOnce.span, '`atOnce` belongs to `forEach`, which is not there')
    return undefined
  }
  const map = asMap(forEach, '`forEach`', report)
  const [entry, second] = map?.entries ?? []
  if (map === undefined) return undefined
  if (second !== undefined)
    report.error(
      'RB0110',
      second.keySpan,
      '`forEach` names one item and its list: a list in a list is a block in a block',
    )
  if (entry === undefined)
    return report.error('RB0102', startOf(map), '`forEach` names an item and its list: `{ item: fact.items }`')
  checkName({ text: entry.key, span: entry.keySpan }, 'a loop item', report)
  const list = readScalar(entry.value, 'the list of `forEach`', report)
  if (list === undefined) return void report.broken.add(entry.key)
  if (!/^[a-zA-Z]\w*(\.[a-zA-Z]\w*)*$/.test(list.text)) {
    report.broken.add(entry.key)
    return report.error('RB0112', list.span, {
      message: `\`${list.text}\` is not the path of a list`,
      help: 'write a bare path such as `hosts.items`',
    })
  }
  return {
    item: { text: entry.key, span: entry.keySpan },
    path: list.text.split('.'),
    pathSpan: list.span,
    atOnce: (atOnce && readAtOnce(fields, report)) ?? 1,
  }
}

function readAtOnce({ atOnce }: Fields, report: Report): number | undefined {
  const scalar = atOnce && readScalar(atOnce, '`atOnce`', report)
  if (scalar === undefined) return undefined
  const count = /^\d{1,3}$/.test(scalar.text) ? Number(scalar.text) : 0
  if (count >= 1 && count <= MOST_AT_ONCE) return count
  return report.error('RB0112', scalar.span, `\`atOnce\` is a whole number from 1 to ${MOST_AT_ONCE}`)
}
