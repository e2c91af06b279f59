import { literalOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, readFields } from '../shape/fields.ts'
import { readScalar, readText, readSome } from '../shape/words.ts'
import type { Node } from '../yaml/node.ts'
import { CALENDAR_KEYS, WINDOW_KEYS } from './keys.ts'

/** A time in which no new change begins; protective effects may. */
export interface ClosedWindow {
  /** RFC 3339. */
  readonly from: string
  readonly to: string
  /** Absent: all environments. */
  readonly environments?: readonly string[]
  readonly reason: string
}

/** Reads the calendar of closed change windows. */
export function readCalendar(node: Node, report: Report): ClosedWindow[] {
  const fields = readFields(node, CALENDAR_KEYS, report)
  const closed = fields?.['closed'] && asList(fields['closed'], '`closed`', report)
  return (closed?.items ?? []).flatMap((item) => readWindow(item, report) ?? [])
}

function readWindow(node: Node, report: Report): ClosedWindow | undefined {
  const fields = readFields(node, WINDOW_KEYS, report)
  const from = fields?.['from'] && readTime(fields['from'], report)
  const to = fields?.['to'] && readTime(fields['to'], report)
  const reason = fields?.['reason'] && readText(fields['reason'], 'a reason', report)
  const environments = fields?.['environments'] && readSome(fields['environments'], '`environments`', report)
  if (fields?.['to'] && from !== undefined && to !== undefined && Date.parse(to) <= Date.parse(from)) {
    return report.error('RB0112', fields['to'].span, 'this window ends before it begins')
  }
  if (from === undefined || to === undefined || reason === undefined) return undefined
  return { from, to, reason: reason.text, ...(environments && { environments: environments.map(({ text }) => text) }) }
}

function readTime(node: Node, report: Report): string | undefined {
  const scalar = readScalar(node, 'a time', report)
  if (scalar === undefined) return undefined
  if (literalOf(scalar.text, { kind: 'time', clock: 'host' }) !== undefined) return scalar.text
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a time`,
    help: 'write RFC 3339, such as `2026-12-24T00:00:00Z`',
  })
}
