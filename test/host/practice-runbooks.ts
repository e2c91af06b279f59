import type { RunState } from '../../schemas/run.ts'

/** A runbook of the practice catalogue with these steps, as a file of it. */
export function runbookOf(
  id: string,
  steps: string,
  more: { readonly inputs?: string; readonly outputs?: string; readonly outcomes?: string } = {},
): Record<string, string> {
  const { inputs = '{ environment: environment, app: app }', outputs, outcomes = END } = more
  const facts = FACTS.filter(([name = '']) => steps.includes(name))
  const text = `
runbook: ${id}
title: Practise ${id}
source: test
owner: on-call
goal: service
inputs: ${inputs}
triggers: []
coalesce: [environment, app]
doNot: []
facts: ${facts.length === 0 ? '{}' : `\n${facts.map(([name, reading]) => `  ${name}: ${reading}`).join('\n')}`}
steps:
${steps}outcomes:
${outcomes}${outputs === undefined ? '' : `outputs: ${outputs}\n`}`
  return { [`${id}.yaml`]: text }
}

const FACTS = ['owner', 'health', 'members'].map((name) => [name, `practice.${name}`])

const END = '  unclear: { as: escalated, tell: [on-call] }\n'

/** Steps behind one that reads what they need. */
export function withLook(steps: string): string {
  return `  - { id: look, read: [members] }\n${steps}`
}

/** Steps that ask which of two is wanted, and write a note where that is chosen. */
export const ASK = `  - id: what
    ask: Which one?
    who: lead
    within: 1m
    choose:
      write: { effects: [note.write] }
      leave: { effects: [] }
  - id: note
    when: { what: write }
    do: practice.writeNote
    with: { text: note }
    leaves: the note stays
`

/** The effects of a run, in order, each with how it ended. */
export function effectsOf({ entries }: RunState): [string, string][] {
  return entries
    .flatMap((entry) => (entry.kind === 'effect' ? [[entry.step, entry.result.status] as const] : []))
    .map(([step, status]) => [step, status])
}
