import type { RunState } from '../../../schemas/run.ts'
import { paint, plain } from '../terminal.ts'
import { factLines } from './fact-text.ts'

/** What a run asks, on which facts, and how it is answered. */
export function questionText({ runId, waiting }: Pick<RunState, 'runId' | 'waiting'>): string[] {
  if (waiting === undefined) return []
  const { step, text, who, facts, until } = waiting
  const role = who.length > 1 ? ' --role <role>' : ''
  return [
    `  ${paint('yellow', '?')} ${step} waits for ${who.join(' and ')}, until ${until}`,
    `      ${paint('bold', plain(text))}`,
    ...Object.values(facts)
      .flatMap(factLines)
      .map((line) => `      ${line}`),
    `      runproof approve ${runId}${role}`,
    `      runproof reject ${runId}${role} --reason "…"`,
  ]
}
