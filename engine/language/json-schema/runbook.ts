import type { OutcomeKind } from '../../../schemas/plan.ts'
import { RUNBOOK_FACTS } from './facts.ts'
import { about, closed, either, listOf, mapOf, oneOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { STEPS, WHEN } from './steps.ts'
import { ID, NAME, SCALAR, TEXT, WORD } from './words.ts'

const ENDS = [
  'succeeded',
  'succeeded-with-exception',
  'blocked',
  'escalated',
  'deadline-enforced',
  'platform-defect',
  'deferred',
] as const satisfies readonly OutcomeKind[]

const INPUT = closed({
  what: 'an input',
  text: 'What a run is started with.',
  required: { type: about('A type of the language, or an id or enum of the actions.', WORD) },
  optional: {
    clock: about('The clock of a `time`.', WORD),
    default: about('The value where none is given.', SCALAR),
    text: about('What the input is, for people.', TEXT),
  },
})

const TRIGGER = closed({
  what: 'a trigger',
  text: 'An alert that starts this runbook.',
  required: {
    alert: about('Names of alerts.', someOf(WORD)),
    map: about(
      'Input → label of the alert.',
      mapOf({ type: 'string', pattern: '^labels\\.[a-zA-Z_]\\w*$', description: '`labels.<name>`' }, NAME),
    ),
    mode: about('`act` starts a run.', oneOf(['observe', 'propose', 'act'])),
  },
})

const OUTCOME = closed({
  what: 'an outcome',
  text: 'How a run can end. The first whose `when` holds is taken.',
  required: { as: about('What kind of end it is.', oneOf(ENDS)) },
  optional: {
    when: WHEN,
    claim: about('What the end claims: rules can guard it.', listOf(WORD)),
    tell: about('Roles that are told.', listOf(ID)),
    say: about('What they are told; `{{…}}` puts values in.', TEXT),
  },
})

/** A runbook: `<id>.yaml`. */
export const RUNBOOK: Schema = closed({
  what: 'a runbook',
  text: 'A runbook of Runproof, compiled into a guarded program.',
  required: {
    runbook: about('Its id, which is the name of its file.', ID),
    title: about('What is wrong, or wanted, in one line.', TEXT),
    source: about('Where the procedure comes from.', TEXT),
    owner: about('The role that answers for it.', ID),
    goal: about('A goal of the effects file: what a success claims.', WORD),
    inputs: about('What a run is started with, by name.', mapOf(either(WORD, INPUT), NAME)),
    coalesce: about('Inputs that make two starts the same run.', listOf(NAME)),
    doNot: about('Rules that the procedure itself cites; others bind too.', listOf(ID)),
    facts: RUNBOOK_FACTS,
    steps: STEPS,
    outcomes: about('How a run can end; the last one is without `when`.', mapOf(OUTCOME, ID, { minProperties: 1 })),
  },
  optional: { triggers: about('Alerts that start it.', listOf(TRIGGER)) },
})
