import { INPUT_KEYS, OUTCOME_KEYS, RUNBOOK_KEYS, SECTION_KEYS, TRIGGER_KEYS } from '../runbook/keys.ts'
import { DECLARABLE } from '../runbook/outcomes.ts'
import { OWN_RESULTS } from '../runbook/own-results.ts'
import { MODES } from '../runbook/triggers.ts'
import { RUNBOOK_FACTS } from './facts.ts'
import { WHEN } from './loops.ts'
import { about, closed, either, listOf, mapOf, oneOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { STEP, STEPS } from './steps.ts'
import { targets } from './targets.ts'
import { BOUND, DAY, FLAG, ID, NAME, SCALAR, TEXT, WORD } from './words.ts'

const INPUT = closed(INPUT_KEYS, {
  text: 'What a run is started with.',
  properties: {
    type: about('A type of the language, or an id or enum of the actions.', WORD),
    clock: about('The clock of a `time`.', WORD),
    default: about('The value where none is given.', SCALAR),
    text: about('What the input is, for people.', TEXT),
    secret: about(
      '`true`: a reference to a secret; the type is `text`, and a default is the name of the secret.',
      FLAG,
    ),
  },
})

const MODE = about('`observe` judges only, `propose` asks before the first effect, `act` acts.', oneOf(MODES))
const COOL_DOWN = about('How long after a run it starts none of the same key.', BOUND)

const BY_ALERT = closed(TRIGGER_KEYS.alert, {
  text: 'An alert that starts this runbook.',
  properties: {
    alert: about('Names of alerts.', someOf(WORD)),
    map: about(
      'Input → label of the alert.',
      mapOf({ type: 'string', pattern: '^labels\\.[a-zA-Z_]\\w*$', description: '`labels.<name>`' }, NAME),
    ),
    mode: MODE,
    coolDown: COOL_DOWN,
  },
})

const BY_SCHEDULE = closed(TRIGGER_KEYS.schedule, {
  text: 'Times at which this runbook is started for each item of a reading.',
  properties: {
    schedule: about('Minute, hour, day of the month, month, day of the week (UTC): `"0 6 * * 2"`.', TEXT),
    from: about('A reading without inputs whose list has the items.', WORD),
    map: about(
      'Input → field of the item.',
      mapOf({ type: 'string', pattern: '^item\\.[a-zA-Z]\\w*$', description: '`item.<field>`' }, NAME),
    ),
    mode: MODE,
    coolDown: COOL_DOWN,
  },
})

const SECTION = either(
  TEXT,
  closed(SECTION_KEYS, {
    text: 'A section that this runbook does not need.',
    properties: { notApplicable: about('Why.', TEXT) },
  }),
)

const OUTCOME = closed(OUTCOME_KEYS, {
  text: 'How a run can end. The first whose `when` holds is taken.',
  properties: {
    as: about('What kind of end it is.', oneOf(DECLARABLE)),
    when: WHEN,
    claim: about('What the end claims: rules can guard it.', targets(WORD)),
    tell: about('Roles that are told.', listOf(ID)),
    say: about('What they are told; `{{…}}` puts values in.', TEXT),
  },
})

const OUTPUT: Schema = { type: 'string', pattern: '^\\s*\\{\\{[^{}]*\\}\\}\\s*$' }
const OUTCOME_NAME: Schema = { ...ID, not: { enum: OWN_RESULTS.outcome } }

/** A runbook: `<id>.yaml`. */
export const RUNBOOK: Schema = closed(RUNBOOK_KEYS, {
  text: 'A runbook of Runproof, compiled into a guarded program.',
  properties: {
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
    outcomes: about(
      'How a run can end; the last one is without `when`.',
      mapOf(OUTCOME, OUTCOME_NAME, { minProperties: 1 }),
    ),
    lastReviewed: about('The day on which somebody has last looked whether it is still right.', DAY),
    topology: about('Where it applies; without it, everywhere.', someOf(ID)),
    sections: about('What its page says, by section; none is empty.', mapOf(SECTION, NAME)),
    triggers: about('What starts it beside people and other runbooks.', listOf(either(BY_ALERT, BY_SCHEDULE))),
    outputs: about('What a runbook that calls it gets: name → `"{{path}}"`.', mapOf(OUTPUT, NAME)),
  },
  also: { $defs: { step: STEP } },
})
