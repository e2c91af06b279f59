import type { JsonObject } from '../../schemas/json.ts'
import type { AskStep } from '../../schemas/plan.ts'
import type { SignedVote } from '../../schemas/run.ts'
import { denialOfInput, denied } from './denied.ts'
import { groundsOf } from './grounds.ts'
import { resolveOperands } from './operand.ts'
import type { OptionsCall, Question } from './ports.ts'
import { askPeople, questionText, seated, shownFacts } from './question.ts'
import { instanceOf } from './run.ts'
import type { Ended, Run } from './run.ts'
import { scopeOf } from './seen.ts'
import { askedBefore } from './wait.ts'

type Options = OptionsCall['options']

/** Asks people to choose among the options whose effects the rules allow (G22); all who are asked must choose the same. */
export async function askStep(run: Run, step: AskStep): Promise<Ended> {
  const instance = instanceOf(run, step.id)
  const choices = askedBefore(run, instance)?.choices ?? (await choicesOf(run, step))
  if ('result' in choices) return choices
  const { ended } = await askPeople(run, {
    step: instance,
    kind: 'ask',
    text: questionText(run, step.text),
    who: step.who,
    facts: shownFacts(run, step.show),
    withinMs: step.withinMs,
    choices,
    settled: (answers) => chosen(step.who, choices, answers),
    overdue: { result: 'timed-out', detail: 'nobody who counts has answered in time' },
  })
  return ended
}

type Choices = NonNullable<Question['choices']>

/** What is offered, or why nothing is. */
async function choicesOf(run: Run, step: AskStep): Promise<Choices | Ended> {
  const options = optionsOf(run, step)
  if ('unknown' in options) return denied(denialOfInput(options.unknown))
  const allowed = await allowedOf(run, step, options)
  if ('result' in allowed) return allowed
  return allowed.map(({ name, effects }) => ({ name, effects: effects.map(({ effect }) => effect) }))
}

function optionsOf(run: Run, step: AskStep): Options | { unknown: string } {
  const options: Options[number][] = []
  for (const { name, effects } of step.choices) {
    const targets: { effect: string; target: JsonObject }[] = []
    for (const { effect, target } of effects) {
      const resolved = resolveOperands(target, scopeOf(run))
      if ('unknown' in resolved) return resolved
      targets.push({ effect, target: resolved.input })
    }
    options.push({ name, effects: targets })
  }
  return options
}

/** What the rules forbid is not offered; a question with nothing left to offer is denied. */
async function allowedOf(run: Run, step: AskStep, options: Options): Promise<Options | Ended> {
  if (options.every(({ effects }) => effects.length === 0)) return options
  const grounds = groundsOf(
    run,
    step.choices.flatMap(({ effects }) => effects.map(({ target }) => target)),
  )
  const verdict = await run.ports.options({ step: instanceOf(run, step.id), grounds, options })
  const allowed = options.filter(({ name }) => verdict.allowed.includes(name))
  const [first] = Object.values(verdict.denied)
  if (allowed.length > 0) return allowed
  return denied(first ?? denialOfInput('no option of the question may be offered'))
}

/** Each person's newest choice counts. */
function chosen(who: readonly string[], options: Choices, answers: readonly SignedVote[]): Ended | undefined {
  const newest = new Map(answers.map((answer) => [answer.vote.by.user, answer]))
  for (const { name } of options) {
    const agreed = [...newest.values()].filter(({ vote }) => vote.decision === 'choose' && vote.option === name)
    const people = seated(who, agreed)
    if (people !== undefined) return { result: name, detail: `chosen by ${people.join(', ')}` }
  }
  return undefined
}
