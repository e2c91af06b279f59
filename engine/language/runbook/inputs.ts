import type { InputPlan } from '../../../schemas/plan.ts'
import type { ValueType } from '../../../schemas/value-type.ts'
import { describeType } from '../../core/cel.ts'
import { literalOf } from '../literals.ts'
import type { Report } from '../report.ts'
import { asMap, readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkName, readOneOf, readScalar, readText, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { namedType } from '../type-table.ts'
import type { World } from '../world.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { INPUT_KEYS } from './keys.ts'

interface Around {
  readonly world: World
  readonly report: Report
}

type Inputs = Readonly<Record<string, InputPlan>>

/** Reads `inputs`: what a run is started with. */
export function readInputs(node: Node | undefined, around: Around): Record<string, InputPlan> {
  const map = node && asMap(node, '`inputs`', around.report)
  return Object.fromEntries((map?.entries ?? []).flatMap((entry) => readInput(entry, around)))
}

/** Is there an input of this name? */
export function isInput(word: Word, inputs: Inputs, report: Report): boolean {
  if (Object.hasOwn(inputs, word.text)) return true
  report.unknown('RB0229', word.span, {
    message: `this runbook has no input \`${word.text}\``,
    name: word.text,
    candidates: Object.keys(inputs),
  })
  return false
}

/** A secret is a reference that a person or a caller gives: it stands in no label, and in no workflow's id. */
export function isPublic(word: Word, inputs: Inputs, report: Report): boolean {
  if (inputs[word.text]?.type.kind !== 'secretRef') return true
  report.error('RB0237', word.span, {
    message: `\`${word.text}\` is a secret: it cannot stand here`,
    help: 'ids of runs, labels and items of readings are seen by everybody',
  })
  return false
}

function readInput({ key, keySpan, value }: MapEntry, { world, report }: Around): [string, InputPlan][] {
  checkName({ text: key, span: keySpan }, 'an input', report)
  const fields = value.kind === 'map' ? readFields(value, INPUT_KEYS, report) : { type: value }
  const type = fields && typeOf(fields, { world, report })
  if (type === undefined) {
    report.broken.add(key)
    return []
  }
  // A default that is wrong is one all the same: that it is wrong was told.
  const preset = fields?.['default'] && (readDefault(fields['default'], type, report) ?? '')
  const text = fields?.['text'] && readText(fields['text'], 'the text of an input', report)
  return [[key, { type, ...(preset === undefined ? {} : { default: preset }), ...(text && { text: text.text }) }]]
}

function typeOf(fields: Fields, { world, report }: Around): ValueType | undefined {
  const word = fields['type'] && readWord(fields['type'], 'the type of an input', report)
  const clock = fields['clock'] && readWord(fields['clock'], '`clock`', report)
  const secret = fields['secret'] && readOneOf(fields['secret'], ['true', 'false'], { what: '`secret`', report })
  if (word === undefined) return undefined
  if (clock !== undefined && word.text !== 'time')
    return report.error('RB0110', clock.span, {
      message: `\`clock\` belongs to \`time\`, and this input is of type \`${word.text}\``,
      help: 'drop it',
    })
  if (secret === 'true') return word.text === 'text' ? { kind: 'secretRef' } : notSecret(word, report)
  return namedType(
    clock === undefined ? word : { text: `${word.text}@${clock.text}`, span: word.span },
    world.types,
    report,
  )
}

function notSecret({ text, span }: Word, report: Report): undefined {
  return report.error('RB0112', span, `a secret is of type \`text\`, and this input is of type \`${text}\``)
}

function readDefault(node: Node, type: ValueType, report: Report) {
  const scalar = readScalar(node, 'a default', report)
  if (type.kind === 'secretRef') return scalar && readSecretName({ text: scalar.text, span: scalar.span }, report)
  const value = scalar && literalOf(scalar.text, type)
  if (scalar === undefined || value !== undefined) return value
  return report.error('RB0112', scalar.span, `\`${scalar.text}\` is not ${describeType(type)}`)
}

/** A secret's default is its name in the configuration of the installation: the secret itself never stands in a file. */
function readSecretName({ text, span }: Word, report: Report) {
  if (/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)) return { secret: text }
  return report.error('RB0112', span, {
    message: 'the default of a secret is its name, in kebab-case',
    help: 'the secret itself stands in no file: the installation knows it by this name',
  })
}
