import { LOOPED, LOOP_NEEDS, UNLOOPED } from './loops.ts'
import { about, closed, either, mapOf, someOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { BOUND, EFFECT, ID, NAME, STEP_ID, TEXT } from './words.ts'
import { targets } from './targets.ts'

const WHO: Schema = about('The role that answers, or a list of roles.', either(ID, someOf(ID)))
const WAITS: Properties = {
  within: about('How long the answer may take: a duration, or `policy.<name>`.', BOUND),
  show: about('Facts that are shown with the question.', someOf(NAME)),
}
const QUESTION = about('The question; `{{…}}` puts values in.', TEXT)
const OPTION_NAME: Schema = { ...ID, not: { enum: ['timed-out', 'skipped', 'any'] } }

const OPTION = closed({
  what: 'an option',
  text: 'One answer, with the effects that it asks people for.',
  required: { effects: about('Effects that rules can guard; `[]` for none.', targets(EFFECT)) },
})

/** A question to which the answer is yes or no. */
export const APPROVE: Schema = closed({
  what: 'an `approve` step',
  text: 'Asks people, and waits for their answer.',
  required: { id: STEP_ID, approve: QUESTION, who: WHO },
  optional: { ...LOOPED, ...WAITS },
  also: { dependentRequired: { ...LOOP_NEEDS, approve: ['within'] } },
})

/** A question with options. */
export const ASK: Schema = closed({
  what: 'an `ask` step',
  text: 'Asks people to choose; its result is the option.',
  required: {
    id: STEP_ID,
    ask: QUESTION,
    who: WHO,
    choose: about('Options by name.', mapOf(OPTION, OPTION_NAME, { minProperties: 1 })),
  },
  optional: { ...UNLOOPED, ...WAITS },
  also: { dependentRequired: { ask: ['within'] } },
})
