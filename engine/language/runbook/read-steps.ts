import type { Span } from '../../../schemas/diagnostic.ts'
import type { Report } from '../report.ts'
import { asList, asMap, notYet, readFields, startOf } from '../shape/fields.ts'
import type { Fields, Keys } from '../shape/fields.ts'
import { checkId, checkName, readOneOf, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import type { StepDraft } from './step.ts'

const COMMON = { optional: ['when', 'continueOn'], later: { forEach: 'RB0601', atOnce: 'RB0601' } }
const EXPECT = ['expect', 'within', 'holdsFor']
const KEYS = {
  do: {
    what: 'a `do` step',
    required: ['id', 'do'],
    optional: [...COMMON.optional, 'with', 'leaves', 'undo', 'read', ...EXPECT],
  },
  decide: { what: 'a `decide` step', required: ['id', 'decide'], optional: [...COMMON.optional, 'otherwise', 'pick'] },
  approve: {
    what: 'an `approve` step',
    required: ['id', 'approve', 'who'],
    optional: [...COMMON.optional, 'within', 'show'],
  },
  read: { what: 'a `read` step', required: ['id', 'read'], optional: [...COMMON.optional, ...EXPECT] },
} satisfies Record<string, Keys>
const LATER = { steps: 'RB0602', ask: 'RB0603', call: 'RB0604' } as const

interface Around {
  readonly world: World
  readonly report: Report
}

/** Reads `steps`: kinds, ids, cases and actions; what stands in them is compiled once all names are known. */
export function readSteps(node: Node, around: Around): StepDraft[] {
  const list = asList(node, '`steps`', around.report)
  const drafts = (list?.items ?? []).flatMap((item) => readStep(item, around) ?? [])
  if (list?.items.length === 0) around.report.error('RB0102', startOf(list), 'a runbook needs at least one step')
  return drafts
}

function readStep(node: Node, around: Around): StepDraft | undefined {
  const map = asMap(node, 'a step', around.report)
  if (map === undefined) return undefined
  const kind = kindOf(map, around.report)
  if (kind === 'other') return other(map, around.report)
  const fields = readFields(map, { ...KEYS[kind], later: COMMON.later }, around.report)
  const id = fields?.['id'] && readWord(fields['id'], 'the id of a step', around.report)
  if (fields === undefined || id === undefined) return undefined
  checkName(id, 'a step', around.report)
  const details = detailsOf(kind, { fields, around, map })
  if (details.kind === 'other') around.report.broken.add(id.text)
  return { ...details, id, fields, span: id.span }
}

function kindOf(map: MapNode, report: Report): keyof typeof KEYS | 'other' {
  const keys = map.entries.map(({ key }) => key)
  const kinds = (['do', 'decide', 'approve', 'ask', 'call', 'steps'] as const).filter((kind) => keys.includes(kind))
  const [kind = keys.includes('read') ? 'read' : undefined, second] = kinds
  const at = map.entries.find(({ key }) => key === second)
  if (at !== undefined)
    report.error('RB0109', at.keySpan, `a step is of one kind, and this one is \`${kind ?? ''}\` already`)
  else if (kind === undefined)
    report.error('RB0109', startOf(map), {
      message: 'this step does nothing',
      help: 'a step has one of `read`, `decide`, `do`, `approve`',
    })
  else if (kind !== 'ask' && kind !== 'call' && kind !== 'steps') return kind
  return 'other'
}

/** A step of no kind, or of one that this version does not carry out: one mistake, told at its key. */
function other(map: MapNode, report: Report): StepDraft | undefined {
  for (const entry of map.entries) {
    if (entry.key in LATER) notYet(entry, LATER[entry.key as keyof typeof LATER], report)
  }
  const id = map.entries.find(({ key }) => key === 'id')
  const word = id && readWord(id.value, 'the id of a step', report)
  if (word !== undefined) report.broken.add(word.text)
  return word && { kind: 'other', id: word, fields: {}, span: word.span, results: [], goesOn: [] }
}

type Details = Pick<StepDraft, 'results' | 'goesOn'> &
  (StepDraft extends infer D ? (D extends StepDraft ? Omit<D, 'id' | 'fields' | 'span'> : never) : never)

function detailsOf(kind: keyof typeof KEYS, at: { fields: Fields; around: Around; map: MapNode }): Details {
  const overdue = at.fields['expect'] === undefined ? [] : ['timed-out']
  switch (kind) {
    case 'read':
      return { kind, results: ['done', ...overdue], goesOn: ['done'] }
    case 'approve':
      return { kind, results: ['done', 'denied', 'timed-out'], goesOn: ['done'] }
    case 'decide':
      return decideDetails(at.fields, at.around.report)
    case 'do':
      return doDetails(at.fields, { ...at, overdue })
  }
}

function decideDetails(fields: Fields, report: Report): Details {
  const node = fields['decide']
  const map = node && asMap(node, '`decide`', report)
  const written = map?.entries ?? []
  const otherwise = fields['otherwise'] && readWord(fields['otherwise'], '`otherwise`', report)
  const words: Word[] = [
    ...written.map(({ key, keySpan }) => ({ text: key, span: keySpan })),
    ...(otherwise ? [otherwise] : []),
  ]
  for (const word of words) checkCase(word, report)
  if (map?.entries.length === 0) report.error('RB0102', startOf(map), 'a decision needs at least one case')
  const pick = fields['pick'] && readOneOf(fields['pick'], ['one', 'first'], { what: '`pick`', report })
  const cases = words.map(({ text }) => text)
  const mixed = pick !== 'first' && written.length > 1 ? ['mixed'] : []
  return { kind: 'decide', cases, results: [...cases, 'unknown', ...mixed], goesOn: cases }
}

function checkCase(word: Word, report: Report): void {
  if (!checkId(word, 'a case', report) || !['unknown', 'mixed', 'skipped', 'any'].includes(word.text)) return
  report.error('RB0106', word.span, {
    message: `\`${word.text}\` is a result that every decision has already`,
    help: 'choose another name for the case',
  })
}

function doDetails(
  fields: Fields,
  { around, overdue, map }: { around: Around; overdue: readonly string[]; map: MapNode },
): Details {
  const word = fields['do'] && readWord(fields['do'], 'an action', around.report)
  const contract = word && actionOf(word, around)
  const results = ['done', 'denied', 'failed', ...overdue]
  tellResidue(fields, { report: around.report, map, at: word?.span ?? startOf(map) })
  if (contract === undefined || word === undefined) return { kind: 'other', results: [], goesOn: [] }
  return { kind: 'do', contract, actionSpan: word.span, results, goesOn: ['done'] }
}

function actionOf({ text, span }: Word, { world, report }: Around) {
  const contract = world.contracts.get(text)
  if (contract?.kind === 'action') return contract
  if (contract !== undefined) {
    return report.error('RB0202', span, {
      message: `\`${text}\` is a reading: it has no effect`,
      help: 'declare it as a fact, and read it with `read`',
    })
  }
  const candidates = [...world.contracts.values()].filter(({ kind }) => kind === 'action').map(({ name }) => name)
  return report.unknown('RB0201', span, { message: `there is no action \`${text}\``, name: text, candidates })
}

/** Every effect says what stays behind when the run stops: `leaves`, or `undo: none`. */
function tellResidue(fields: Fields, at: { report: Report; map: MapNode; at: Span }): void {
  const { undo } = fields
  const entry = at.map.entries.find(({ key }) => key === 'undo')
  const none = undo?.kind === 'scalar' && undo.text === 'none'
  if (entry !== undefined && !none) return notYet(entry, 'RB0605', at.report)
  if (none && fields['leaves'] !== undefined)
    return at.report.error(
      'RB0110',
      undo.span,
      '`undo: none` says that nothing safe stays behind, and `leaves` says what does',
    )
  if (none || fields['leaves'] !== undefined) return
  at.report.error('RB0220', at.at, {
    message: 'this effect does not say what stays behind when the run stops',
    help: 'add `leaves: <what stays, and is safe>`, or `undo: none` if nothing safe stays',
  })
}
