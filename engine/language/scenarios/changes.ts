import type { ActionContract, ReadingContract } from '../../../schemas/contract.ts'
import type { UnknownReason } from '../../../schemas/fact.ts'
import type { ObjectType } from '../../../schemas/value-type.ts'
import type { ActionPatch, ReadingChange, ReadingPatch } from '../../../schemas/scenario.ts'
import { durationMs } from '../literals.ts'
import type { Report } from '../report.ts'
import { asMap, readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { readOneOf, readScalar, readText } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { CHANGED_KEYS } from './keys.ts'
import { readObject } from './value.ts'

/** What readings and actions are checked against. */
export interface ChangeBench {
  readonly world: World
  readonly report: Report
  /** The action's inputs, where the change follows from an action. */
  readonly inputs?: ObjectType
}

/** Why a reading may say nothing. */
export const REASONS = [
  'empty',
  'incomplete',
  'nan',
  'stale',
  'timeout',
  'error',
  'invalid',
  'too-large',
] as const satisfies UnknownReason[]

/** The contract of a reading that is named. */
export function readingNamed(word: Word, bench: ChangeBench): ReadingContract | undefined {
  const contract = contractNamed(word, 'reading', bench)
  return contract?.kind === 'reading' ? contract : undefined
}

/** The contract of an action that is named. */
export function actionNamed(word: Word, bench: ChangeBench): ActionContract | undefined {
  const contract = contractNamed(word, 'action', bench)
  return contract?.kind === 'action' ? contract : undefined
}

function contractNamed({ text, span }: Word, kind: 'reading' | 'action', { world, report }: ChangeBench) {
  const contract = world.contracts.get(text)
  const known = [...world.contracts.values()].filter((one) => one.kind === kind).map(({ name }) => name)
  if (contract === undefined)
    return report.unknown('RB0201', span, { message: `there is no ${kind} \`${text}\``, name: text, candidates: known })
  if (contract.kind === kind) return contract
  return report.error(
    'RB0202',
    span,
    `\`${text}\` is ${kind === 'reading' ? 'an action' : 'a reading'}, and here stands ${kind === 'reading' ? 'a reading' : 'an action'}`,
  )
}

/** A change of a reading: `value` is whole, or a patch on what is recorded. */
export function readReadingChange(
  fields: Fields,
  contract: ReadingContract,
  bench: ChangeBench & { readonly partial: boolean },
): ReadingChange {
  const { report, partial, inputs } = bench
  const place = { report, ...(inputs === undefined ? {} : { inputs }) }
  const what = `\`${contract.name}\``
  const within =
    fields['with'] &&
    readObject(fields['with'], contract.input, { ...place, what: `\`with\` of ${what}`, partial: true })
  const value = fields['value'] && readObject(fields['value'], contract.output, { ...place, what, partial })
  const change: ReadingPatch = {
    ...(value === undefined ? {} : { value }),
    ...(fields['unknown'] ? withUnknown(fields['unknown'], report) : {}),
    ...(fields['complete'] ? withBool('complete', fields['complete'], report) : {}),
    ...(fields['roundTrip'] ? withBool('roundTrip', fields['roundTrip'], report) : {}),
    ...(fields['ageMs'] ? withAge(fields['ageMs'], report) : {}),
  }
  return { reading: contract.name, with: within ?? {}, change }
}

function withUnknown(node: Node, report: Report): Pick<ReadingPatch, 'unknown'> {
  const reason = readOneOf(node, REASONS, { what: '`unknown`', report })
  return reason === undefined ? {} : { unknown: reason }
}

function withBool<K extends string>(key: K, node: Node, report: Report): { [key in K]?: boolean } {
  const word = readOneOf(node, ['true', 'false'], { what: `\`${key}\``, report })
  return (word === undefined ? {} : { [key]: word === 'true' }) as { [key in K]?: boolean }
}

function withAge(node: Node, report: Report): Pick<ReadingPatch, 'ageMs'> {
  const scalar = readScalar(node, '`ageMs`', report)
  if (scalar === undefined) return {}
  const ageMs = /^\d{1,15}$/.test(scalar.text) ? Number(scalar.text) : durationMs(scalar.text)
  if (ageMs !== undefined) return { ageMs }
  return report.error('RB0112', scalar.span, { message: '`ageMs` is a duration', help: 'write `30s`' }) ?? {}
}

/** What an action answers, and what readings say after it. */
export function readActionPatch(
  fields: Fields,
  contract: ActionContract,
  bench: ChangeBench & { readonly partial: boolean },
): ActionPatch {
  const { report, partial } = bench
  const { input: inputs, output: type, name } = contract
  const output =
    fields['output'] &&
    readObject(fields['output'], type, { what: `the output of \`${name}\``, partial, inputs, report })
  const then = fields['then'] && readThen(fields['then'], { ...bench, inputs })
  const fails = fields['fails'] && readText(fields['fails'], '`fails`', report)?.text
  return {
    ...(output === undefined ? {} : { output }),
    ...(then === undefined ? {} : { then }),
    ...(fails === undefined ? {} : { fails }),
  }
}

/** Reading → a patch of its value, or a list of patches each `with` inputs of its own. */
function readThen(node: Node, bench: ChangeBench): ReadingChange[] | undefined {
  const map = asMap(node, '`then`', bench.report)
  return map?.entries.flatMap(({ key, keySpan, value }) => {
    const contract = readingNamed({ text: key, span: keySpan }, bench)
    if (contract === undefined) return []
    if (value.kind === 'list') return value.items.flatMap((item) => readWhere(item, contract, bench) ?? [])
    return [readReadingChange({ value }, contract, { ...bench, partial: true })]
  })
}

function readWhere(node: Node, contract: ReadingContract, bench: ChangeBench): ReadingChange | undefined {
  const fields = readFields(node, CHANGED_KEYS, bench.report)
  return fields && readReadingChange(fields, contract, { ...bench, partial: true })
}
