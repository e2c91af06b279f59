import type { Span } from '../../../schemas/diagnostic.ts'
import type { InputPlan, TriggerPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType } from '../../core/cel.ts'
import { literalOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, checkName, readOneOf, readScalar, readSome, readText, readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { namedType } from '../type-table.ts'
import type { World } from '../world.ts'
import type { MapEntry, Node } from '../yaml/node.ts'

/** The top of a runbook: who, why, for what and by whom it starts. */
export interface Head {
  readonly id: Word
  readonly title: string
  readonly source: string
  readonly owner: string
  readonly goal: string
  readonly inputs: Readonly<Record<string, InputPlan>>
  readonly triggers: readonly TriggerPlan[]
  readonly coalesce: readonly string[]
  readonly doNot: readonly Word[]
}

interface Around {
  readonly world: World
  readonly report: Report
}

/** Reads everything of a runbook that stands above its facts. */
export function readHead(fields: Fields, file: { readonly name: string; readonly span: Span }, around: Around): Head {
  const { report } = around
  const id = fields['runbook'] && readWord(fields['runbook'], 'the id of a runbook', report)
  if (id !== undefined) checkRunbookId(id, file.name, report)
  const inputs = readInputs(fields['inputs'], around)
  return {
    id: id ?? { text: '', span: file.span },
    title: (fields['title'] && readText(fields['title'], 'the title', report))?.text ?? '',
    source: (fields['source'] && readText(fields['source'], 'the source', report))?.text ?? '',
    owner: (fields['owner'] && readRole(fields['owner'], around)) ?? '',
    goal: (fields['goal'] && readGoal(fields['goal'], around)) ?? '',
    inputs,
    triggers: readTriggers(fields['triggers'], inputs, around),
    coalesce: readCoalesce(fields['coalesce'], inputs, report),
    doNot: fields['doNot'] ? readWords(fields['doNot'], '`doNot`', report) : [],
  }
}

/** A role that the policy file declares. */
export function readRole(node: Node, { world, report }: Around): string | undefined {
  const role = readWord(node, 'a role', report)
  if (role === undefined || world.roles.has(role.text)) return role?.text
  return report.unknown('RB0212', role.span, {
    message: `there is no role \`${role.text}\` in the policy file`,
    name: role.text,
    candidates: world.roles.keys(),
  })
}

function checkRunbookId(id: Word, file: string, report: Report): void {
  const expected = file.replace(/^.*\//, '').replace(/\.yaml$/, '')
  if (!checkId(id, 'the id of a runbook', report) || id.text === expected) return
  report.error('RB0108', id.span, {
    message: `this runbook is \`${id.text}\`, and its file is \`${expected}.yaml\``,
    help: `write \`runbook: ${expected}\`, or rename the file`,
  })
}

function readGoal(node: Node, { world, report }: Around): string | undefined {
  const goal = readWord(node, 'the goal', report)
  if (goal === undefined || world.effects.goals.has(goal.text)) return goal?.text
  return report.unknown('RB0213', goal.span, {
    message: `there is no goal \`${goal.text}\` in the effects file`,
    name: goal.text,
    candidates: world.effects.goals.keys(),
  })
}

function readInputs(node: Node | undefined, around: Around): Record<string, InputPlan> {
  const map = node && asMap(node, '`inputs`', around.report)
  return Object.fromEntries((map?.entries ?? []).flatMap((entry) => readInput(entry, around)))
}

function readInput({ key, keySpan, value }: MapEntry, { world, report }: Around): [string, InputPlan][] {
  checkName({ text: key, span: keySpan }, 'an input', report)
  const keys = {
    what: 'an input',
    required: ['type'],
    optional: ['clock', 'default', 'text'],
    later: { secret: 'RB0616' },
  }
  const fields = value.kind === 'map' ? readFields(value, keys, report) : { type: value }
  const word = fields?.['type'] && readWord(fields['type'], 'the type of an input', report)
  const clock = fields?.['clock'] && readWord(fields['clock'], '`clock`', report)
  const type =
    word &&
    namedType(clock === undefined ? word : { text: `${word.text}@${clock.text}`, span: word.span }, world.types, report)
  if (type === undefined) report.broken.add(key)
  if (type === undefined) return []
  const preset = fields?.['default'] && readDefault(fields['default'], type, report)
  const text = fields?.['text'] && readText(fields['text'], 'the text of an input', report)
  return [[key, { type, ...(preset === undefined ? {} : { default: preset }), ...(text && { text: text.text }) }]]
}

function readDefault(node: Node, type: ValueType, report: Report) {
  const scalar = readScalar(node, 'a default', report)
  const value = scalar && literalOf(scalar.text, type)
  if (scalar === undefined || value !== undefined) return value
  return report.error('RB0112', scalar.span, `\`${scalar.text}\` is not ${describeType(type)}`)
}

function readCoalesce(node: Node | undefined, inputs: Readonly<Record<string, InputPlan>>, report: Report): string[] {
  const words = node ? readWords(node, '`coalesce`', report) : []
  return words.flatMap((word) => (isInput(word, inputs, report) ? [word.text] : []))
}

function isInput(word: Word, inputs: Readonly<Record<string, InputPlan>>, report: Report): boolean {
  if (Object.hasOwn(inputs, word.text)) return true
  report.unknown('RB0229', word.span, {
    message: `this runbook has no input \`${word.text}\``,
    name: word.text,
    candidates: Object.keys(inputs),
  })
  return false
}

function readTriggers(
  node: Node | undefined,
  inputs: Readonly<Record<string, InputPlan>>,
  around: Around,
): TriggerPlan[] {
  const list = node && asList(node, '`triggers`', around.report)
  return (list?.items ?? []).flatMap((item) => readTrigger(item, inputs, around.report) ?? [])
}

function readTrigger(node: Node, inputs: Readonly<Record<string, InputPlan>>, report: Report): TriggerPlan | undefined {
  const scheduled = node.kind === 'map' && node.entries.some(({ key }) => key === 'schedule')
  const keys = scheduled ? { required: ['map', 'mode'], optional: ['from'] } : { required: ['alert', 'map', 'mode'] }
  const fields = readFields(node, { what: 'a trigger', ...keys, later: { schedule: 'RB0606' } }, report)
  const alerts = fields?.['alert'] && readSome(fields['alert'], '`alert`', report)
  const mode = fields?.['mode'] && readOneOf(fields['mode'], ['observe', 'propose', 'act'], { what: '`mode`', report })
  if (scheduled || alerts === undefined || mode === undefined) return undefined
  return {
    alerts: alerts.map(({ text }) => text),
    map: readMap(fields?.['map'], { inputs, report, at: startOf(node) }),
    mode,
  }
}

/** Labels reach inputs by this mapping alone (G36): every input without a default is mapped. */
function readMap(
  node: Node | undefined,
  at: { inputs: Readonly<Record<string, InputPlan>>; report: Report; at: Span },
): Record<string, string> {
  const map = node && asMap(node, '`map`', at.report)
  const pairs = (map?.entries ?? []).flatMap(({ key, keySpan, value }): [string, string][] => {
    const label = readLabel(value, at.report)
    return isInput({ text: key, span: keySpan }, at.inputs, at.report) && label !== undefined ? [[key, label]] : []
  })
  const named = new Set(map?.entries.map(({ key }) => key))
  const open = Object.entries(at.inputs).filter(([name, input]) => input.default === undefined && !named.has(name))
  if (map !== undefined && open.length > 0) {
    at.report.error(
      'RB0227',
      startOf(map),
      `an alert cannot start this runbook: nothing says where ${open.map(([name]) => `\`${name}\``).join(', ')} comes from`,
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
