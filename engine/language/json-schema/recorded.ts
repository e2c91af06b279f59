import { ACTION, READING } from './changes.ts'
import { about, closed, either, listOf, mapOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, ID } from './words.ts'

const RECORDED_READING = closed({
  what: 'a recorded reading',
  text: 'What a reading said.',
  required: {},
  optional: READING,
})

const RECORDED_ACTION = closed({
  what: 'a recorded action',
  text: 'What an action did.',
  required: {},
  optional: ACTION,
})

/** Recorded facts: `recorded/*.yaml`. */
export const RECORDED: Schema = closed({
  what: 'a file of recorded facts',
  text: 'What readings said and what actions did, for scenarios against facts.',
  required: {
    recorded: about('Its id: kebab-case.', ID),
    readings: about(
      'Reading → what it says, or a list of that for different inputs.',
      mapOf(either(RECORDED_READING, listOf(RECORDED_READING)), ANY_KEY),
    ),
  },
  optional: { actions: about('Action → what it does.', mapOf(RECORDED_ACTION, ANY_KEY)) },
})
