import type { QuestionRecord, RunEntry } from '../schemas/run.ts'
import { lookThroughBallot } from './ballot-lookup.ts'
import { isDone } from './effect-status.ts'
import type { Finding } from './finding.ts'
import { contradiction } from './finding.ts'
import type { RunRecord } from './record.ts'

/** Holds how each step is told to have ended against what is told of it before: its effect, its decision, the votes on its question. */
export function checkSteps(run: RunRecord): Finding[] {
  const steps = new Map<string, Told>()
  const questions = Map.groupBy(lookThroughBallot(run).questions, ({ step }) => step)
  return run.entries.flatMap((entry) => {
    if (!('step' in entry)) return []
    const told = steps.get(entry.step) ?? nothingTold(questions.get(entry.step))
    steps.set(entry.step, told)
    if (entry.kind === 'step') return whyNotEnded(told, entry)
    note(told, entry)
    return []
  })
}

/** What was told of a step so far. */
interface Told {
  effect?: RunEntry & { readonly kind: 'effect' | 'undo' }
  decision?: RunEntry & { readonly kind: 'decision' }
  /** The roles that were asked to approve, by the run's word and by what the worker has recorded: neither is left out alone. */
  readonly approvers: Set<string>
  /** Of those who were asked to choose, with what they could choose. */
  readonly choosers: Set<string>
  readonly choices: Set<string>
  /** What was answered, by role, in votes that counted. */
  readonly answers: Map<string, Set<string>>
  /** Each end is judged the first time that it is told: later, more may have answered. */
  readonly judged: Set<string>
}

/** Stands for an approval among the answers; no option has this name. */
const APPROVED = ''

function nothingTold(questions: readonly QuestionRecord[] = []): Told {
  const of = (kind: QuestionRecord['kind']) => questions.filter((question) => question.kind === kind)
  return {
    approvers: new Set(of('approve').flatMap(({ who }) => who)),
    choosers: new Set(of('ask').flatMap(({ who }) => who)),
    choices: new Set(of('ask').flatMap(({ choices = [] }) => choices)),
    answers: new Map(),
    judged: new Set(),
  }
}

function note(told: Told, entry: RunEntry): void {
  if (entry.kind === 'effect' || entry.kind === 'undo') told.effect = entry
  if (entry.kind === 'decision') told.decision = entry
  if (entry.kind === 'asked' && entry.question === undefined) for (const role of entry.who) told.approvers.add(role)
  if (entry.kind === 'vote' && entry.counted && entry.vote.vote.decision !== 'reject') answered(told, entry.vote.vote)
}

function answered({ answers }: Told, { role, option = APPROVED }: { readonly role: string; readonly option?: string }) {
  answers.set(role, new Set([...(answers.get(role) ?? []), option]))
}

function whyNotEnded(told: Told, { step, result }: RunEntry & { readonly kind: 'step' }): Finding[] {
  const { effect, decision } = told
  const undone = result === 'done' && effect !== undefined && !isDone(effect.result)
  const decided = decision === undefined || [decision.result, 'skipped', 'cancelled'].includes(result)
  return [
    ...(undone ? [contradiction(`\`${step}\` is told as done, and its effect is not`)] : []),
    ...(decided ? [] : [contradiction(`\`${step}\` is told to have ended otherwise than it was decided`)]),
    ...missingIn(told, result).map((role) =>
      contradiction(`\`${step}\` is told as ${result}, and no vote of ${role} says so`),
    ),
  ]
}

/** The first role that was asked, and of which no answer leads to this result. */
function missingIn({ approvers, choosers, choices, answers, judged }: Told, result: string): string[] {
  if (judged.has(result)) return []
  judged.add(result)
  const without = (roles: ReadonlySet<string>, answer: string) => {
    const first = [...roles].find((role) => answers.get(role)?.has(answer) !== true)
    return first === undefined ? [] : [first]
  }
  return [
    ...(result === 'done' ? without(approvers, APPROVED) : []),
    ...(choices.has(result) ? without(choosers, result) : []),
  ]
}
