import { ACTION_KEYS, READING_KEYS, RECORDED_KEYS } from '../scenarios/keys.ts'
import { ACTION, READING } from './changes.ts'
import { about, closed, either, listOf, mapOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, ID } from './words.ts'

const RECORDED_READING = closed(READING_KEYS, {
  text: 'What a reading said.',
  properties: READING,
})

const RECORDED_ACTION = closed(ACTION_KEYS, {
  text: 'What an action did.',
  properties: ACTION,
})

/** Recorded facts: `recorded/*.yaml`. */
export const RECORDED: Schema = closed(RECORDED_KEYS, {
  text: 'What readings said and what actions did, for scenarios against facts.',
  properties: {
    recorded: about('Its id: kebab-case.', ID),
    readings: about(
      'Reading → what it says, or a list of that for different inputs.',
      mapOf(either(RECORDED_READING, listOf(RECORDED_READING)), ANY_KEY),
    ),
    actions: about('Action → what it does.', mapOf(RECORDED_ACTION, ANY_KEY)),
  },
})
