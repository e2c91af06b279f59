import { asList, asMap, fieldsOf, readFields, startOf } from '../shape/fields.ts'
import { checkName, readWord } from '../shape/words.ts'
import type { Report } from '../report.ts'
import type { Word } from '../shape/words.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import { detailsOf } from './kind-details.ts'
import type { Around } from './kind-details.ts'
import { readLoop } from './read-loop.ts'
import type { StepDraft } from './step.ts'
import { ANY_STEP, KINDS, STEP_KEYS } from './step-keys.ts'
import type { StepKeys } from './step-keys.ts'

/** Reads `steps`: kinds, ids, cases and actions; what stands in them is compiled once all names are known. */
export function readSteps(node: Node, around: Around): StepDraft[] {
  const list = asList(node, '`steps`', around.report)
  if (list?.items.length === 0) around.report.error('RB0102', startOf(list), '`steps` needs at least one step')
  return (list?.items ?? []).flatMap((item) => readStep(item, around) ?? [])
}

function readStep(node: Node, around: Around): StepDraft | undefined {
  const { report } = around
  const map = asMap(node, 'a step', report)
  if (map === undefined) return undefined
  const kind = kindOf(map, report)
  if (kind === undefined) return unclear(map, report)
  const fields = readFields(map, STEP_KEYS[kind], report)
  const id = fields?.['id'] && readWord(fields['id'], 'the id of a step', report)
  if (id === undefined) report.nameless = true
  if (fields === undefined || id === undefined) return undefined
  checkName(id, 'a step', report)
  const details = detailsOf(kind, { fields, around, map, readSteps: (inner) => readSteps(inner, around) })
  if (details.kind === 'other') report.broken.add(id.text)
  const loop = isNamed(details.kind) ? undefined : readLoop(fields, report)
  // Without its item nobody can tell what stands in a loop.
  if (loop === undefined && fields['forEach'] !== undefined && !isNamed(details.kind)) return unknownLoop(id, report)
  const draft: StepDraft = { ...details, id, fields, span: id.span, ...(loop && { loop }) }
  return loop === undefined ? draft : looped(draft)
}

/** In a loop nothing could see how these end for an item, which was told. */
function isNamed(kind: StepDraft['kind']): boolean {
  return kind === 'decide' || kind === 'ask'
}

function kindOf(map: MapNode, report: Report): StepKeys | undefined {
  const keys = map.entries.map(({ key }) => key)
  const [kind = meantKind(map), second] = KINDS.filter((known) => keys.includes(known))
  const at = map.entries.find(({ key }) => key === second)
  if (at === undefined && kind !== undefined) return kind
  if (at !== undefined)
    return report.error('RB0109', at.keySpan, `a step is of one kind, and this one is \`${kind ?? ''}\` already`)
  return report.error('RB0109', startOf(map), {
    message: 'this step does nothing',
    help: `a step has one of \`read\`, ${KINDS.map((known) => `\`${known}\``).join(', ')}`,
  })
}

/** No key makes it a step of a kind, or only `read`, which others have too: a misspelt one may. */
function meantKind(map: MapNode): StepKeys | undefined {
  const { required, optional } = STEP_KEYS.read
  const fits = map.entries.every(({ key }) => !isStepKey(key) || [...required, ...optional].some((own) => own === key))
  const fields = fieldsOf(map, ANY_STEP)
  const reads = fields['read'] === undefined ? undefined : 'read'
  const meant = KINDS.find((kind) => fields[kind] !== undefined)
  return map.entries.some(({ key }) => key === 'read') && fits ? reads : (meant ?? reads)
}

function isStepKey(key: string): boolean {
  return ANY_STEP.optional.includes(key)
}

/** A step of no kind, or of two: told once, and what names it is not told again. */
function unclear(map: MapNode, report: Report): StepDraft | undefined {
  const id = map.entries.find(({ key }) => key === 'id')
  const word = id && readWord(id.value, 'the id of a step', report)
  if (word !== undefined) report.broken.add(word.text)
  if (word === undefined) report.nameless = true
  return word && { kind: 'other', id: word, fields: {}, span: word.span, results: [], goesOn: [] }
}

function unknownLoop(id: Word, report: Report): StepDraft {
  report.nameless = true
  report.broken.add(id.text)
  return { kind: 'other', id, fields: {}, span: id.span, results: [], goesOn: [] }
}

/** A loop is done when every item went well; it ends as the first item that did not, and fails where its list is unknown. */
function looped(draft: StepDraft): StepDraft {
  const bad = draft.results.filter((result) => !draft.goesOn.includes(result) && result !== 'failed')
  return { ...draft, results: ['done', ...bad, 'failed'], goesOn: ['done'] }
}
