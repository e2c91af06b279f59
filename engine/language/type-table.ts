import type { Contract } from '../../schemas/contract.ts'
import type { ScalarKind, ValueType } from '../../schemas/value-type.ts'
import type { Report } from './report.ts'
import type { Word } from './shape/words.ts'

const SCALARS: readonly ScalarKind[] = [
  'bool',
  'text',
  'count',
  'ratio',
  'duration',
  'digest',
  'epoch',
  'version',
  'sequence',
]

/** The types that a catalogue can name: those of the language, and the ids and enums of its contracts. */
export type TypeTable = ReadonlyMap<string, ValueType>

/** Gathers ids, enums and clocks from the contracts of all actions and readings. */
export function typeTable(contracts: readonly Contract[]): TypeTable {
  const table = new Map<string, ValueType>(SCALARS.map((kind) => [kind, { kind }]))
  table.set('run', { kind: 'id', of: 'run' })
  for (const { input, output } of contracts) {
    gather(input, table)
    gather(output, table)
  }
  return table
}

/** The type of a name such as `digest`, `app`, `binding-state` or `time@database`. */
export function namedType(word: Word, table: TypeTable, report: Report): ValueType | undefined {
  const found = table.get(word.text)
  if (found !== undefined) return found
  return report.unknown('RB0111', word.span, {
    message: `there is no type \`${word.text}\`: no action or reading of this installation has a field of it`,
    name: word.text,
    candidates: table.keys(),
  })
}

function gather(type: ValueType, table: Map<string, ValueType>): void {
  switch (type.kind) {
    case 'time':
      table.set(`time@${type.clock}`, type)
      return
    case 'id':
    case 'enum':
      table.set(type.of, type)
      return
    case 'optional':
      return gather(type.inner, table)
    case 'list':
      return gather(type.item, table)
    case 'object':
      for (const field of Object.values(type.fields)) gather(field, table)
      return
    case 'bool':
    case 'text':
    case 'count':
    case 'ratio':
    case 'duration':
    case 'digest':
    case 'epoch':
    case 'version':
    case 'sequence':
    case 'secretRef':
      return
  }
}
