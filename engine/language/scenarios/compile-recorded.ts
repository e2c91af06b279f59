import type { ActionChange, ReadingChange, Recorded } from '../../../schemas/scenario.ts'
import { Lines, placeOf } from '../../diagnostics/place.ts'
import type { ParsedFile } from '../ground/read-ground.ts'
import { asMap, readFields } from '../shape/fields.ts'
import { checkId, readWord } from '../shape/words.ts'
import type { CatalogueSources } from '../source.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { actionNamed, readActionPatch, readReadingChange, readingNamed } from './changes.ts'
import type { ChangeBench } from './changes.ts'
import { ACTION_KEYS, READING_KEYS, RECORDED_KEYS } from './keys.ts'

type Bench = ChangeBench & { readonly sources: CatalogueSources }

/** Checks every file of recorded facts: what it names exists, and every value is one that its contract allows. */
export function compileRecorded(files: readonly ParsedFile[], bench: Bench): Recorded[] {
  return files.flatMap(({ kind, node }) =>
    kind === 'recorded' && node !== undefined ? (compileOne(node, bench) ?? []) : [],
  )
}

function compileOne(node: Node, bench: Bench): Recorded | undefined {
  const { report, sources } = bench
  const fields = readFields(node, RECORDED_KEYS, report)
  const id = fields?.['recorded'] && readWord(fields['recorded'], 'the id of recorded facts', report)
  if (fields === undefined || id === undefined) return undefined
  checkId(id, 'the id of recorded facts', report)
  const { text = '' } = sources.files.find(({ file }) => file === node.span.file) ?? {}
  const readings = fields['readings'] && asMap(fields['readings'], '`readings`', report)
  const actions = fields['actions'] && asMap(fields['actions'], '`actions`', report)
  return {
    id: id.text,
    readings: (readings?.entries ?? []).flatMap((entry) => readReadings(entry, bench)),
    actions: (actions?.entries ?? []).flatMap((entry) => readAction(entry, bench) ?? []),
    place: placeOf(node.span.file, new Lines(text), id.span.start),
  }
}

/** One value for all inputs, or a list of values each `with` inputs of its own. */
function readReadings({ key, keySpan, value }: MapEntry, bench: Bench): ReadingChange[] {
  const contract = readingNamed({ text: key, span: keySpan }, bench)
  if (contract === undefined) return []
  const items = value.kind === 'list' ? value.items : [value]
  return items.flatMap((item) => {
    const fields = readFields(item, READING_KEYS, bench.report)
    return fields === undefined ? [] : [readReadingChange(fields, contract, { ...bench, partial: false })]
  })
}

function readAction({ key, keySpan, value }: MapEntry, bench: Bench): ActionChange | undefined {
  const contract = actionNamed({ text: key, span: keySpan }, bench)
  if (contract === undefined) return undefined
  const fields = readFields(value, ACTION_KEYS, bench.report)
  return fields && { action: key, change: readActionPatch(fields, contract, { ...bench, partial: false }) }
}
