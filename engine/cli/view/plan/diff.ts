import type { Change, ChangedValue } from '../../plan/diff.ts'
import { paint, plain } from '../../terminal.ts'

const MARKS = { added: ['green', '+'], removed: ['red', '-'], changed: ['yellow', '~'] } as const

/** What has changed between two Plans, section by section. */
export function diffText(changes: readonly Change[], { from, to }: { from: string; to: string }): string[] {
  const head = [`from ${from}`, `to   ${to}`]
  if (changes.length === 0) return [...head, from === to ? 'the same Plan' : 'nothing that decides has changed']
  const sections = [...new Set(changes.map(({ section }) => section))]
  return [
    ...head,
    ...sections.flatMap((section) => [
      '',
      paint('bold', section),
      ...changes.filter((change) => change.section === section).flatMap(changeLines),
    ]),
  ]
}

function changeLines({ name, change, values }: Change): string[] {
  const [colour, mark] = MARKS[change]
  return [`  ${paint(colour, mark)} ${plain(name)}`, ...values.flatMap(valueLines)]
}

function valueLines({ path, before, after }: ChangedValue): string[] {
  return [
    `      ${path || 'value'}`,
    ...(before === undefined ? [] : [`      ${paint('red', '-')} ${plain(JSON.stringify(before))}`]),
    ...(after === undefined ? [] : [`      ${paint('green', '+')} ${plain(JSON.stringify(after))}`]),
  ]
}
