import type { RunState, Waiting } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { factLines } from './fact-text.ts'

type Asking = Pick<RunState, 'runId' | 'waiting' | 'questions'>

/** What a run asks, on which facts, and how it is answered: every question that is open. */
export function questionText(state: Asking): string[] {
  const open = openQuestions(state)
  return open.flatMap((question) => textOf(question, { runId: state.runId, several: open.length > 1 }))
}

/** The open questions of a run; an older worker tells only the one that has been open for longest. */
export function openQuestions({ waiting, questions }: Pick<Asking, 'waiting' | 'questions'>): readonly Waiting[] {
  return questions ?? (waiting === undefined ? [] : [waiting])
}

function textOf(question: Waiting, at: { runId: string; several: boolean }): string[] {
  const { step, text, who, facts, until, choices = [] } = question
  const effects = choices.map(({ name, effects: asked }) => {
    return `      ${paint('cyan', name)}: ${asked.length === 0 ? 'asks for no effect' : `asks for ${asked.join(', ')}`}`
  })
  return [
    `  ${paint('yellow', '?')} ${step} waits for ${who.join(' and ')}, until ${until}`,
    `      ${paint('bold', plain(text))}`,
    ...Object.values(facts)
      .flatMap(factLines)
      .map((line) => `      ${line}`),
    ...effects,
    ...commandsFor(question, at).map((command) => `      ${command}`),
  ]
}

/** The commands that answer a question. `--step` only where several are open. */
function commandsFor(
  { step, kind, who, choices, overridable }: Waiting,
  at: { runId: string; several: boolean },
): string[] {
  const role = new Set(who).size > 1 ? ' --role <role>' : ''
  const rest = `${at.several ? ` --step ${step}` : ''}${role}`
  if (kind === 'ask' || choices !== undefined)
    return (choices ?? []).map(({ name }) => `runproof answer ${at.runId} ${name}${rest}`)
  if (kind === 'override')
    return (overridable ?? []).map(({ rule, item }) => {
      const of = item === undefined ? '' : ` --item ${item}`
      return `runproof override ${at.runId} --rule ${rule}${of} --reason "…" --for 1h${rest}`
    })
  return [`runproof approve ${at.runId}${rest}`, `runproof reject ${at.runId}${rest} --reason "…"`]
}
