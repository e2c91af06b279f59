import type { ReadingContract } from '../../../schemas/contract.ts'
import type { ObjectType } from '../../../schemas/value-type.ts'
import type { Report } from '../report.ts'
import { readScalar, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { readingOf } from '../compile/facts.ts'
import { parseCron } from '../cron.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'

/** A reading whose items start runs. */
export interface From {
  readonly action: string
  readonly list: string
  readonly fields: ObjectType['fields']
}

/** Reads a cron line of five fields (UTC). */
export function readCron(node: Node, report: Report): string | undefined {
  const scalar = readScalar(node, '`schedule`', report)
  const cron = scalar && parseCron(scalar.text)
  if (scalar === undefined || cron === undefined) return undefined
  if (!('problem' in cron)) return scalar.text.trim().split(/\s+/).join(' ')
  return report.error('RB0112', scalar.span, {
    message: `\`${scalar.text}\` is not a cron line: ${cron.problem}`,
    help: 'write minute, hour, day of the month, month and day of the week, such as `"0 6 * * 2"`',
  })
}

/** Reads `from`: a reading that needs no input, with its list. */
export function readFrom(node: Node, at: { readonly world: World; readonly report: Report }): From | undefined {
  const word = readWord(node, 'a reading', at.report)
  const contract = word && readingOf(word, at)
  if (word === undefined || contract === undefined) return undefined
  if (needsInputs(contract, word, at.report)) return undefined
  const lists = Object.entries(contract.output.fields).flatMap(([list, type]) =>
    type.kind === 'list' && type.item.kind === 'object' ? [{ list, fields: type.item.fields }] : [],
  )
  const [only, ...more] = lists
  if (only !== undefined && more.length === 0) return { action: contract.name, ...only }
  return at.report.error('RB0205', word.span, {
    message: `\`${contract.name}\` has ${only === undefined ? 'no list' : 'more than one list'} of items that could start runs`,
    help: 'name a reading with one list',
  })
}

/** When a schedule fires there is nothing yet that could fill an input. */
function needsInputs({ name, input }: ReadingContract, { span }: Word, report: Report): boolean {
  const needed = Object.entries(input.fields).flatMap(([field, type]) => (type.kind === 'optional' ? [] : [field]))
  if (needed.length === 0) return false
  report.error('RB0204', span, {
    message: `\`${name}\` needs ${needed.map((field) => `\`${field}\``).join(', ')}: a schedule has nothing to give it`,
    help: 'name a reading without inputs',
  })
  return true
}
