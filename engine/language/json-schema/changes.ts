import { DURATION_FORM } from '../literals.ts'
import { CHANGED_KEYS } from '../scenarios/keys.ts'
import { REASONS } from '../scenarios/changes.ts'
import { about, closed, either, listOf, mapOf, oneOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { ANY_KEY, DATA, FLAG, TEXT } from './words.ts'

const AGE: Schema = either(
  { type: 'integer', minimum: 0 },
  { type: 'string', pattern: `^(\\d{1,15}|${DURATION_FORM})$` },
)

/** What a reading says, beside its inputs. */
const SAYS = {
  value: about('What it says; of a change, the fields that change.', DATA),
  unknown: about('It says nothing, for this reason.', oneOf(REASONS)),
  complete: about('Does its authority witness that the list is whole?', FLAG),
  ageMs: about('How old the value is.', AGE),
  roundTrip: about('Is it proven to come from the authority, and not from a cache?', FLAG),
} satisfies Properties

const CHANGED = closed(CHANGED_KEYS, {
  text: 'What a reading says from then on, for some inputs only.',
  properties: { with: about('Inputs of the reading.', DATA), ...SAYS },
})

/** Keys of what a reading says, inputs included. */
export const READING = { with: about('Only where the inputs are these.', DATA), ...SAYS } satisfies Properties

/** Keys of what an action does. */
export const ACTION = {
  output: about('What it answers. `{{name}}` is its own input.', DATA),
  then: about('What readings say after it.', mapOf(either(DATA, listOf(CHANGED)), ANY_KEY)),
  fails: about('The target refuses, with this message.', TEXT),
} satisfies Properties
