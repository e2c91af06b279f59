import type { Span } from '../../../schemas/diagnostic.ts'
import type { InputPlan, TriggerPlan } from '../../../schemas/plan.ts'
import { isDay } from '../literals.ts'
import type { Report } from '../report.ts'
import { checkId, readPlain, readSome, readText, readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import type { Fields } from '../shape/fields.ts'
import type { World } from '../world.ts'
import type { Node } from '../yaml/node.ts'
import { isInput, isPublic, readInputs } from './inputs.ts'
import { readTriggers } from './triggers.ts'

/** The top of a runbook: who, why, for what and by whom it starts. */
export interface Head {
  readonly id: Word
  readonly title: string
  readonly source: string
  readonly owner: string
  readonly goal: string
  /** The day on which somebody has last looked whether it is still right. */
  readonly lastReviewed: string | undefined
  readonly topology: readonly Word[] | undefined
  readonly inputs: Readonly<Record<string, InputPlan>>
  readonly triggers: readonly TriggerPlan[]
  readonly coalesce: readonly string[]
  readonly doNot: readonly Word[]
  /** Policy values that the head names. */
  readonly policy: readonly string[]
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
  const triggers = readTriggers(fields['triggers'], { inputs, ...around })
  return {
    id: id ?? { text: '', span: file.span },
    title: (fields['title'] && readPlain(fields['title'], 'the title', report))?.text ?? '',
    source: (fields['source'] && readText(fields['source'], 'the source', report))?.text ?? '',
    owner: (fields['owner'] && readRole(fields['owner'], around)) ?? '',
    goal: (fields['goal'] && readGoal(fields['goal'], around)) ?? '',
    lastReviewed: fields['lastReviewed'] && readDay(fields['lastReviewed'], report),
    topology: fields['topology'] && readTopology(fields['topology'], report),
    inputs,
    triggers: triggers.map(({ plan }) => plan),
    coalesce: readCoalesce(fields['coalesce'], inputs, report),
    doNot: fields['doNot'] ? readWords(fields['doNot'], '`doNot`', report) : [],
    policy: triggers.flatMap(({ policy }) => policy ?? []),
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

/** A day of the calendar: nobody has reviewed anything on the 30th of February. */
function readDay(node: Node, report: Report): string | undefined {
  const day = readWord(node, '`lastReviewed`', report)
  if (day === undefined || isDay(day.text)) return day?.text
  return report.error('RB0112', day.span, {
    message: `\`${day.text}\` is no day of the calendar`,
    help: 'write year, month and day, such as `2026-08-21`',
  })
}

/** Where a runbook applies; the words are those of the installation's own configuration. */
function readTopology(node: Node, report: Report): Word[] {
  return readSome(node, '`topology`', report).filter((word) => checkId(word, 'a topology', report))
}

function readCoalesce(node: Node | undefined, inputs: Readonly<Record<string, InputPlan>>, report: Report): string[] {
  const words = node ? readWords(node, '`coalesce`', report) : []
  const known = words.filter((word) => isInput(word, inputs, report))
  return known.flatMap((word) => (isPublic(word, inputs, report) ? [word.text] : []))
}
