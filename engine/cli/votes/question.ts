import type { RunState, Waiting } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { openQuestions } from '../view/question-text.ts'
import type { Answer } from './answer.ts'

/** The one open question that an answer can be meant for, or an error that says which there are. */
export function questionFor(state: RunState, answer: Answer, named: string | undefined): Waiting {
  const open = openQuestions(state).filter((question) => isMeant(question, answer))
  const found = named === undefined ? open : open.filter(({ step }) => step === named)
  const [only, ...others] = found
  if (only === undefined) throw nothingOpen(state, named)
  if (others.length > 0)
    throw notAwaited(
      'several questions are open',
      `say which you answer: --step ${found.map(({ step }) => step).join(' | ')}`,
    )
  checkOption(only, answer)
  return only
}

function isMeant({ kind = 'approve', overridable = [] }: Waiting, { kinds, overrides }: Answer): boolean {
  if (!kinds.includes(kind)) return false
  if (overrides === undefined) return true
  return overridable.some(({ rule, item }) => rule === overrides.rule && item === overrides.item)
}

function checkOption({ step, choices = [] }: Waiting, { option }: Answer): void {
  if (option === undefined || choices.some(({ name }) => name === option)) return
  throw notAwaited(
    `\`${option}\` is no answer to \`${step}\``,
    `choose one of: ${choices.map(({ name }) => name).join(', ')}`,
  )
}

function nothingOpen(state: RunState, named: string | undefined): OperatorError {
  const open = openQuestions(state)
  const what = named === undefined ? '' : ` at \`${named}\``
  if (open.length === 0) return notAwaited(`${state.runId} asks nothing now`, `runproof show ${state.runId}`)
  const asked = open.map(({ step, kind = 'approve' }) => `${step} (${kind})`).join(', ')
  return notAwaited(`${state.runId} asks nothing${what} to which this is an answer`, `open are: ${asked}`)
}

function notAwaited(message: string, hint: string): OperatorError {
  return new OperatorError('RP0302', message, hint)
}
