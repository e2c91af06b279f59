import type { ApproveStep, AskStep } from '../../../schemas/plan.ts'
import type { Use } from '../compile/bench.ts'
import { readBound } from '../compile/bound.ts'
import type { Bound } from '../compile/bound.ts'
import { compileText } from '../compile/operand.ts'
import { asMap, readFields } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import type { MapEntry, Node } from '../yaml/node.ts'
import { namesOf, readFactNames } from './frame.ts'
import type { Detail, Frame, Place } from './frame.ts'
import { readRole } from './head.ts'
import { checkJudgementWords } from './judgement-words.ts'
import { OPTION_KEYS } from './keys.ts'
import { compileTargets } from './targets.ts'
import type { Targets } from './targets.ts'

/** Compiles an `approve` step: a question to which the answer is yes or no. */
export function compileApprove(fields: Fields, frame: Frame, place: Place): Detail | undefined {
  const question = compileQuestion(fields, 'approve', place)
  if (question === undefined) return undefined
  const plan: ApproveStep = { ...frame, kind: 'approve', ...question.said }
  return { plan, needs: question.needs, reads: [], expects: [], bounds: [question.within] }
}

/** Compiles an `ask` step: each option declares the effects that it asks people for (G22). */
export function compileAsk(fields: Fields, frame: Frame, place: Place): Detail | undefined {
  const question = compileQuestion(fields, 'ask', place)
  const map = fields['choose'] && asMap(fields['choose'], '`choose`', place.bench.report)
  const choices = (map?.entries ?? []).flatMap((entry) => compileChoice(entry, place) ?? [])
  if (question === undefined) return undefined
  const plan: AskStep = {
    ...frame,
    kind: 'ask',
    ...question.said,
    choices: choices.map(({ name, targets }) => ({ name, effects: targets.filled })),
  }
  const needs = [...question.needs, ...choices.flatMap(({ targets }) => targets.uses)]
  return { plan, needs, reads: [], expects: [], bounds: [question.within] }
}

interface Question {
  readonly said: Pick<ApproveStep, 'text' | 'who' | 'show' | 'withinMs'>
  readonly needs: readonly Use[]
  readonly within: Bound
}

function compileQuestion(fields: Fields, key: 'approve' | 'ask', place: Place): Question | undefined {
  const { bench } = place
  const what = key === 'approve' ? 'the text of an approval' : 'the text of a question'
  const text = fields[key] && compileText(fields[key], what, bench)
  if (fields[key]?.kind === 'scalar') checkJudgementWords(fields[key], bench.report)
  const show = fields['show'] === undefined ? [] : readFactNames(fields['show'], place, '`show`')
  if (fields[key] && fields['within'] === undefined)
    bench.report.error('RB0113', fields[key].span, {
      message: 'this waits for a person without a bound',
      help: 'add `within: 30m`',
    })
  const within = fields['within'] && readBound(fields['within'], '`within`', bench)
  const who = readWho(fields['who'], place)
  if (text === undefined || within === undefined) return undefined
  const needs = [...text.uses, ...show.map(({ text: name, span }) => ({ path: [name], span }))]
  return { said: { text: text.operand, who, show: namesOf(show), withinMs: within.ms }, needs, within }
}

/** One role, or one person of each of several. */
function readWho(node: Node | undefined, { bench }: Place): string[] {
  const who = node?.kind === 'list' ? node.items : node ? [node] : []
  if (node && who.length === 0) bench.report.error('RB0102', node.span, '`who` needs at least one role')
  return who.flatMap((one) => readRole(one, bench) ?? [])
}

function compileChoice({ key, value }: MapEntry, { bench }: Place): { name: string; targets: Targets } | undefined {
  const fields = readFields(value, OPTION_KEYS, bench.report)
  const targets = fields?.['effects'] && compileTargets(fields['effects'], { what: '`effects`', claims: false }, bench)
  return targets && { name: key, targets }
}
