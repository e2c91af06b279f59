import type { AlertTrigger, InputPlan, ScheduleTrigger, TriggerPlan } from '../../../schemas/plan.ts'
import { readBound } from '../compile/bound.ts'
import type { Report } from '../report.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readOneOf, readScalar, readSome } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { isInput, isPublic } from './inputs.ts'
import { TRIGGER_KEYS } from './keys.ts'
import { readCron, readFrom } from './schedule.ts'
import type { From } from './schedule.ts'
import { sameType, describeType } from '../../core/cel.ts'

interface Around {
  readonly inputs: Readonly<Record<string, InputPlan>>
  readonly world: World
  readonly report: Report
}

/** What a trigger may do (G39). */
export const MODES = ['observe', 'propose', 'act'] as const

/** A trigger, with the policy value that its `coolDown` names. */
export interface Trigger {
  readonly plan: TriggerPlan
  readonly policy: string | undefined
}

/** Reads `triggers`: what starts a run beside people and other runbooks. */
export function readTriggers(node: Node | undefined, around: Around): Trigger[] {
  const list = node && asList(node, '`triggers`', around.report)
  return (list?.items ?? []).flatMap((item) => readTrigger(item, around) ?? [])
}

function readTrigger(node: Node, around: Around): Trigger | undefined {
  const scheduled = node.kind === 'map' && node.entries.some(({ key }) => key === 'schedule')
  const fields = readFields(node, scheduled ? TRIGGER_KEYS.schedule : TRIGGER_KEYS.alert, around.report)
  const mode = fields?.['mode'] && readOneOf(fields['mode'], MODES, { what: '`mode`', report: around.report })
  const coolDown = fields?.['coolDown'] && readBound(fields['coolDown'], '`coolDown`', around)
  if (fields === undefined || mode === undefined) return undefined
  const common = { mode, ...(coolDown && { coolDownMs: coolDown.ms }) }
  const plan = scheduled ? bySchedule(fields, common, around) : byAlert(fields, common, around)
  return plan && { plan, policy: coolDown?.policy }
}

type Common = Pick<AlertTrigger, 'mode' | 'coolDownMs'>

/** Labels reach inputs by this mapping alone (G36). */
function byAlert(fields: Fields, common: Common, around: Around): AlertTrigger | undefined {
  const alerts = fields['alert'] && readSome(fields['alert'], '`alert`', around.report)
  const map = readMap(fields['map'], 'an alert', { ...around, source: (node) => readLabel(node, around.report) })
  return alerts && { kind: 'alert', alerts: alerts.map(({ text }) => text), map, ...common }
}

function bySchedule(fields: Fields, common: Common, around: Around): ScheduleTrigger | undefined {
  const cron = fields['schedule'] && readCron(fields['schedule'], around.report)
  const from = fields['from'] && readFrom(fields['from'], around)
  if (from === undefined) return undefined
  const source = (node: Node, input: string) => readField(node, { from, input, ...around })
  const map = readMap(fields['map'], 'a schedule', { ...around, source })
  if (cron === undefined) return undefined
  return { kind: 'schedule', cron, from: { action: from.action, list: from.list }, map, ...common }
}

type Mapping = Around & { readonly source: (node: Node, input: string) => string | undefined }

/** Every input without a default is mapped. */
function readMap(node: Node | undefined, what: string, { inputs, report, source }: Mapping): Record<string, string> {
  const map = node && asMap(node, '`map`', report)
  const pairs = (map?.entries ?? []).flatMap(({ key, keySpan, value }): [string, string][] => {
    const word: Word = { text: key, span: keySpan }
    if (!isInput(word, inputs, report) || !isPublic(word, inputs, report)) return []
    const from = source(value, key)
    return from === undefined ? [] : [[key, from]]
  })
  const named = new Set(map?.entries.map(({ key }) => key))
  const open = Object.entries(inputs).filter(([name, input]) => input.default === undefined && !named.has(name))
  if (map !== undefined && open.length > 0) {
    report.error(
      'RB0227',
      startOf(map),
      `${what} cannot start this runbook: nothing says where ${open.map(([name]) => `\`${name}\``).join(', ')} comes from`,
    )
  }
  return Object.fromEntries(pairs)
}

function readLabel(node: Node, report: Report): string | undefined {
  const scalar = readScalar(node, 'a label', report)
  const [, label] = /^labels\.([a-zA-Z_]\w*)$/.exec(scalar?.text ?? '') ?? []
  if (scalar === undefined || label !== undefined) return label
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a label of an alert`,
    help: 'write `labels.<name>`',
  })
}

/** `item.<field>`, of the type of the input. */
function readField(node: Node, at: Around & { readonly from: From; readonly input: string }): string | undefined {
  const scalar = readScalar(node, 'a field of the item', at.report)
  if (scalar === undefined) return undefined
  const [, field = ''] = /^item\.([a-zA-Z]\w*)$/.exec(scalar.text) ?? []
  if (field === '')
    return at.report.error('RB0112', scalar.span, {
      message: `\`${scalar.text}\` is not a field of an item`,
      help: 'write `item.<field>`',
    })
  const found = Object.hasOwn(at.from.fields, field) ? at.from.fields[field] : undefined
  if (found === undefined)
    return at.report.unknown('RB0305', scalar.span, {
      message: `items of \`${at.from.action}\` have no field \`${field}\``,
      name: field,
      candidates: Object.keys(at.from.fields),
    })
  const wanted = at.inputs[at.input]?.type
  if (wanted === undefined || sameType(found, wanted)) return field
  return at.report.error(
    'RB0205',
    scalar.span,
    `\`${at.input}\` takes ${describeType(wanted)}, and \`${scalar.text}\` is ${describeType(found)}`,
  )
}
