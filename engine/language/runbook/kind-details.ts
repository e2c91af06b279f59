import type { ActionContract } from '../../../schemas/contract.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Report } from '../report.ts'
import { asMap, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, readOneOf, readWord } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { World } from '../world.ts'
import type { MapNode, Node } from '../yaml/node.ts'
import { OWN_RESULTS } from './own-results.ts'
import { tellResidue } from './residue.ts'
import type { StepDraft, StepKind } from './step.ts'
import { PICKS } from './step-keys.ts'
import type { StepKeys } from './step-keys.ts'

/** What steps are read against. */
export interface Around {
  readonly world: World
  readonly report: Report
  /** The Plan of another runbook of this catalogue; undefined where it has mistakes, or where there is none, which is told. */
  readonly callee: (word: Word) => Plan | undefined
}

interface At {
  readonly fields: Fields
  readonly around: Around
  readonly map: MapNode
  readonly readSteps: (node: Node) => StepDraft[]
}

type Details = Pick<StepDraft, 'results' | 'goesOn'> & StepKind

const OTHER: Details = { kind: 'other', results: [], goesOn: [] }

/** What a step's kind says of it: its results, and what it names. */
export function detailsOf(kind: StepKeys, at: At): Details {
  const overdue = at.fields['expect'] === undefined ? [] : ['timed-out']
  switch (kind) {
    case 'read':
      return { kind, results: ['done', ...overdue], goesOn: ['done'] }
    case 'approve':
      return { kind, results: ['done', 'denied', 'timed-out'], goesOn: ['done'] }
    case 'decide':
      return decideDetails(at)
    case 'ask':
      return askDetails(at)
    case 'do':
      return doDetails(at, ['done', 'denied', 'failed', ...overdue])
    case 'call':
      return callDetails(at)
    case 'steps':
      return {
        kind: 'block',
        steps: at.fields['steps'] ? at.readSteps(at.fields['steps']) : [],
        results: ['done', 'failed'],
        goesOn: ['done'],
      }
  }
}

function decideDetails({ fields, around: { report } }: At): Details {
  const map = fields['decide'] && asMap(fields['decide'], '`decide`', report)
  if (map === undefined) return OTHER
  const written = map.entries
  const otherwise = fields['otherwise'] && readWord(fields['otherwise'], '`otherwise`', report)
  const words: Word[] = [
    ...written.map(({ key, keySpan }) => ({ text: key, span: keySpan })),
    ...(otherwise ? [otherwise] : []),
  ]
  for (const word of words) checkCase(word, 'case', report)
  if (written.length === 0) report.error('RB0102', startOf(map), 'a decision needs at least one case')
  const pick = fields['pick'] && readOneOf(fields['pick'], PICKS, { what: '`pick`', report })
  const cases = words.map(({ text }) => text)
  const mixed = pick !== 'first' && written.length > 1 ? ['mixed'] : []
  refuseLoop(fields, 'decision', report)
  return { kind: 'decide', cases, results: [...cases, 'unknown', ...mixed], goesOn: cases }
}

function askDetails({ fields, around: { report } }: At): Details {
  const map = fields['choose'] && asMap(fields['choose'], '`choose`', report)
  if (map === undefined) return OTHER
  const words = map.entries.map(({ key, keySpan }) => ({ text: key, span: keySpan }))
  for (const word of words) checkCase(word, 'option', report)
  if (words.length === 0) report.error('RB0102', startOf(map), 'a question needs at least one option')
  const options = words.map(({ text }) => text)
  refuseLoop(fields, 'question', report)
  return { kind: 'ask', options, results: [...options, 'timed-out'], goesOn: options }
}

/** Nothing could see the result for an item: in a block the steps behind it can. */
function refuseLoop({ forEach }: Fields, what: string, report: Report): void {
  if (forEach === undefined) return
  report.error('RB0110', startOf(forEach), {
    message: `nothing could see how this ${what} ends for an item`,
    help: 'put `forEach` on a block, and this step into it',
  })
}

function checkCase(word: Word, what: 'case' | 'option', report: Report): void {
  if (
    !checkId(word, what === 'case' ? 'a case' : 'an option', report) ||
    !OWN_RESULTS[what].some((own) => own === word.text)
  )
    return
  report.error('RB0106', word.span, {
    message: `\`${word.text}\` is a result that every ${what === 'case' ? 'decision' : 'question'} has already`,
    help: `choose another name for the ${what}`,
  })
}

function doDetails({ fields, around, map }: At, results: readonly string[]): Details {
  const word = fields['do'] && readWord(fields['do'], 'an action', around.report)
  const contract = word && actionOf(word, around)
  tellResidue(fields, { report: around.report, at: word?.span ?? startOf(map) })
  if (contract === undefined || word === undefined) return OTHER
  return { kind: 'do', contract, actionSpan: word.span, results, goesOn: ['done'] }
}

/** An action of this installation. */
export function actionOf(
  { text, span }: Word,
  { world, report }: Pick<Around, 'world' | 'report'>,
): ActionContract | undefined {
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

function callDetails({ fields, around }: At): Details {
  const word = fields['call'] && readWord(fields['call'], 'a runbook', around.report)
  const callee = word && around.callee(word)
  if (word === undefined || callee === undefined) return OTHER
  const outcomes = callee.outcomes.map(({ name }) => name)
  return { kind: 'call', callee, calleeSpan: word.span, results: [...outcomes, 'denied', 'failed'], goesOn: outcomes }
}
