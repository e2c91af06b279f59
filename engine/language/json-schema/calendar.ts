import { about, closed, listOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { TEXT, TIME, WORD } from './words.ts'

const WINDOW = closed({
  what: 'a closed window',
  text: 'A time in which no new change begins.',
  required: { from: TIME, to: TIME, reason: about('Why.', TEXT) },
  optional: { environments: about('Absent: all of them.', listOf(WORD)) },
})

/** The calendar: `calendar.yaml`. */
export const CALENDAR: Schema = closed({
  what: 'the calendar',
  text: 'Times in which no new change begins; protective effects may.',
  required: { closed: about('Closed windows.', listOf(WINDOW)) },
})
