import { OWN_RESULTS } from '../runbook/own-results.ts'
import { STEP_KEYS } from '../runbook/step-keys.ts'
import { OPTION_KEYS } from '../runbook/keys.ts'
import { LOOPED, LOOP_NEEDS, UNLOOPED } from './loops.ts'
import { about, closed, either, mapOf, someOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { BOUND, EFFECT, ID, NAME, STEP_ID, TEXT } from './words.ts'
import { targets } from './targets.ts'

const WHO: Schema = about('The role that answers, or a list of roles.', either(ID, someOf(ID)))
const WAITS = {
  within: about('How long the answer may take: a duration, or `policy.<name>`.', BOUND),
  show: about('Facts that are shown with the question.', someOf(NAME)),
} satisfies Properties
const QUESTION = about('The question; `{{…}}` puts values in.', TEXT)
const OPTION_NAME: Schema = { ...ID, not: { enum: OWN_RESULTS.option } }

const OPTION = closed(OPTION_KEYS, {
  text: 'One answer, with the effects that it asks people for.',
  properties: { effects: about('Effects that rules can guard; `[]` for none.', targets(EFFECT)) },
})

/** A question to which the answer is yes or no. */
export const APPROVE: Schema = closed(STEP_KEYS.approve, {
  text: 'Asks people, and waits for their answer.',
  properties: { id: STEP_ID, approve: QUESTION, who: WHO, ...LOOPED, ...WAITS },
  also: { dependentRequired: { ...LOOP_NEEDS, approve: ['within'] } },
})

/** A question with options. */
export const ASK: Schema = closed(STEP_KEYS.ask, {
  text: 'Asks people to choose; its result is the option.',
  properties: {
    id: STEP_ID,
    ask: QUESTION,
    who: WHO,
    choose: about('Options by name.', mapOf(OPTION, OPTION_NAME, { minProperties: 1 })),
    ...UNLOOPED,
    ...WAITS,
  },
  also: { dependentRequired: { ask: ['within'] } },
})
