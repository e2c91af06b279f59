import type { Json } from '../../../../schemas/json.ts'
import type { Plan } from '../../../../schemas/plan.ts'
import type { Change, ChangedValue } from '../../plan/diff.ts'
import { paint, plain } from '../../terminal.ts'
import { durationText } from '../literal-text.ts'

const MARKS = { added: ['green', '+'], removed: ['red', '-'], changed: ['yellow', '~'] } as const

/** The Plans that are compared, by digest; and the later one, which knows what its numbers mean. */
interface Compared {
  readonly from: string
  readonly to: string
  readonly plan?: Plan
}

/** What has changed between two Plans, section by section. */
export function diffText(changes: readonly Change[], { from, to, plan }: Compared): string[] {
  const head = [`from ${from}`, `to   ${to}`]
  if (changes.length === 0) return [...head, from === to ? 'the same Plan' : 'nothing that decides has changed']
  const sections = [...new Set(changes.map(({ section }) => section))]
  return [
    ...head,
    ...sections.flatMap((section) => [
      '',
      paint('bold', section),
      ...changes.filter((change) => change.section === section).flatMap((change) => changeLines(change, plan)),
    ]),
  ]
}

function changeLines({ section, name, change, values }: Change, plan: Plan | undefined): string[] {
  const [colour, mark] = MARKS[change]
  const ofPolicy = /(^|: )policy$/.test(section) && plan !== undefined && isDurationOf(name, plan)
  const isDuration = ({ path }: ChangedValue) => DURATION.test(path || name) || (ofPolicy && path === 'value')
  return [
    `  ${paint(colour, mark)} ${plain(name)}`,
    ...values.flatMap((value) => valueLines(value, isDuration(value) ? inWords : JSON.stringify)),
  ]
}

/** Names of values that are durations end so. */
const DURATION = /[a-z]Ms$/

function isDurationOf(name: string, { policy, callees = {} }: Plan): boolean {
  return policy[name]?.type.kind === 'duration' || Object.values(callees).some((callee) => isDurationOf(name, callee))
}

/** As an author writes it; what is no number is shown as the Plan has it. */
function inWords(value: Json): string {
  return typeof value === 'number' ? durationText(value) : JSON.stringify(value)
}

function valueLines({ path, before, after }: ChangedValue, textOf: (value: Json) => string): string[] {
  return [
    `      ${path || 'value'}`,
    ...(before === undefined ? [] : [`      ${paint('red', '-')} ${plain(textOf(before))}`]),
    ...(after === undefined ? [] : [`      ${paint('green', '+')} ${plain(textOf(after))}`]),
  ]
}
