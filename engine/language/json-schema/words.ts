import { DAY_FORM, DURATION_FORM } from '../literals.ts'
import { MOST_AT_ONCE } from '../runbook/read-loop.ts'
import { ROOTS } from '../shape/words.ts'
import { either, listOf } from './schema.ts'
import type { Schema } from './schema.ts'

/** A runbook, rule, role, outcome or case: kebab-case. */
export const ID: Schema = { type: 'string', pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' }

/** A name that expressions use: camelCase, and none that would hide what every expression knows. */
export const NAME: Schema = { type: 'string', pattern: '^[a-z][a-zA-Z0-9]*$', not: { enum: ROOTS } }

/** An effect: `noun.verb`. */
export const EFFECT: Schema = { type: 'string', pattern: '^[a-z][a-z0-9-]*(\\.[a-z0-9]+(-[a-z0-9]+)*)*$' }

/** A key that the place does not restrict. */
export const ANY_KEY: Schema = {}

/** A single value: the checker keeps how it was written, so that a number is as good as a text. */
export const SCALAR: Schema = { type: ['string', 'number', 'boolean'] }

/** The name of something that stands elsewhere. */
export const WORD: Schema = { ...SCALAR, minLength: 1 }

/** Text for people. */
export const TEXT: Schema = { ...SCALAR, pattern: '\\S' }

/** A predicate of the expression language; what it means is for `runproof check`. */
export const PREDICATE: Schema = { ...TEXT, description: 'A predicate over facts, inputs and policy values (CEL).' }

/** `90s`, `5m`, `2h`, `3d`. */
export const DURATION: Schema = {
  type: 'string',
  pattern: `^${DURATION_FORM}$`,
  description: 'A duration: `90s`, `5m`, `2h`, `3d`.',
}

/** How long something may take: a duration above zero, or a policy value that is one. */
export const BOUND: Schema = {
  type: 'string',
  pattern: `^(policy\\.\\w+|(?!0+[a-z])${DURATION_FORM})$`,
  description: 'A duration above zero, or `policy.<name>`.',
}

/** `0.5%`. */
export const RATIO: Schema = {
  type: 'string',
  pattern: '^\\d{1,6}(\\.\\d{1,9})?\\s?%$',
  description: 'Such as `0.5%`.',
}

/** A whole number, not below zero. */
export const COUNT: Schema = either(
  { type: 'integer', minimum: 0, maximum: 999_999_999_999_999 },
  { type: 'string', pattern: '^\\d{1,15}$' },
)

/** RFC 3339. */
export const TIME: Schema = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?(Z|[+-]\\d\\d:\\d\\d)$',
  description: 'RFC 3339, such as `2026-12-24T00:00:00Z`.',
}

/** A day of the calendar. */
export const DAY: Schema = { type: 'string', pattern: `^${DAY_FORM}$`, description: 'A day, such as `2026-08-21`.' }

/** `true` or `false`, also in quotes. */
export const FLAG: Schema = { enum: [true, false, 'true', 'false'] }

/** How expressions and conditions name a step. */
export const STEP_ID: Schema = { ...NAME, description: 'How expressions and conditions name this step: camelCase.' }

/** A bare path. A loop item can be a list, or an object on which a lease is held: one word is a path too. */
export const PATH: Schema = { type: 'string', pattern: '^[a-zA-Z]\\w*(\\.[a-zA-Z]\\w*)*$' }

/** A bare path from a root that is no list itself, which those of rules are. */
export const FIELD_PATH: Schema = { type: 'string', pattern: '^[a-zA-Z]\\w*(\\.[a-zA-Z]\\w*)+$' }

/** So many items at a time. */
export const AT_ONCE: Schema = either(
  { type: 'integer', minimum: 1, maximum: MOST_AT_ONCE },
  { type: 'string', pattern: '^\\d{1,3}$' },
)

/** One result of a step, or a list of them. */
export const RESULTS: Schema = either(WORD, listOf(WORD))

/** What an input of an action takes: a literal, a path in braces, or a list of literals. */
export const OPERAND: Schema = either(SCALAR, listOf(either(SCALAR, listOf(SCALAR))))

/** Data of any shape, by key. */
export const DATA: Schema = { type: 'object' }
