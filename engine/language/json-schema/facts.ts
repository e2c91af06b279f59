import { about, closed, either, mapOf, oneOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { ANY_KEY, DURATION, NAME, OPERAND, WORD } from './words.ts'

/** The inputs that are named; ids of platform objects are filled in. */
export const WITH: Schema = about(
  'Inputs by name. Ids of platform objects are filled in from inputs, or from the target, of the same name and type.',
  mapOf(OPERAND, ANY_KEY),
)

/** The facts of a runbook. */
export const RUNBOOK_FACTS: Schema = facts('What is read of the world, by the name that expressions use.', {})

/** The facts of a rule: read again at the moment of the effect. */
export const RULE_FACTS: Schema = facts('What the checks read, by the name that predicates use.', {
  maxAge: about('How old a reading may be.', DURATION),
})

function facts(text: string, more: Properties): Schema {
  const long = closed({
    what: 'a fact',
    text: 'A reading under a name.',
    required: { read: about('The reading, such as `platform.routeOwner`.', WORD) },
    optional: {
      with: WITH,
      ifEmpty: about('`allow`: an empty list is a value. Otherwise it is unknown.', oneOf(['allow'])),
      ...more,
    },
  })
  return about(text, mapOf(either(WORD, long), NAME))
}
