import { CALENDAR_KEYS, WINDOW_KEYS } from '../ground/keys.ts'
import { about, closed, listOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { TEXT, TIME, WORD } from './words.ts'

const WINDOW = closed(WINDOW_KEYS, {
  text: 'A time in which no new change begins.',
  properties: {
    from: TIME,
    to: TIME,
    reason: about('Why.', TEXT),
    environments: about('Absent: all of them.', someOf(WORD)),
  },
})

/** The calendar: `calendar.yaml`. */
export const CALENDAR: Schema = closed(CALENDAR_KEYS, {
  text: 'Times in which no new change begins; protective effects may.',
  properties: { closed: about('Closed windows.', listOf(WINDOW)) },
})
