import { FACT_KEYS, RULE_FACT_KEYS } from '../compile/fact-keys.ts'
import { about, closed, either, mapOf, oneOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, DURATION, NAME, OPERAND, WORD } from './words.ts'

/** The inputs that are named; ids of platform objects are filled in. */
export const WITH: Schema = about(
  'Inputs by name. Ids of platform objects are filled in from inputs, or from the target, of the same name and type.',
  mapOf(OPERAND, ANY_KEY),
)

const LONG = {
  read: about('The reading, such as `platform.routeOwner`.', WORD),
  with: WITH,
  ifEmpty: about('`allow`: an empty list is a value. Otherwise it is unknown.', oneOf(['allow'])),
}
const TEXT = 'A reading under a name.'

/** The facts of a runbook. */
export const RUNBOOK_FACTS: Schema = about(
  'What is read of the world, by the name that expressions use.',
  mapOf(either(WORD, closed(FACT_KEYS, { text: TEXT, properties: LONG })), NAME),
)

const AGE = { maxAge: about('How old a reading may be.', DURATION) }

/** The facts of a rule: read again at the moment of the effect. */
export const RULE_FACTS: Schema = about(
  'What the checks read, by the name that predicates use.',
  mapOf(either(WORD, closed(RULE_FACT_KEYS, { text: TEXT, properties: { ...LONG, ...AGE } })), NAME),
)
