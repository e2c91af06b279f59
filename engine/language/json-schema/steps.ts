import { WITH } from './facts.ts'
import { about, closed, either, mapOf, oneOf, someOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { BOUND, ID, NAME, PREDICATE, RESULTS, TEXT, WORD } from './words.ts'

/** Which earlier steps must have ended how. */
export const WHEN: Schema = about(
  'Step → result, or a list of results: only then. Without it, always.',
  mapOf(RESULTS, NAME),
)

const ID_OF_STEP = about('How expressions and conditions name this step: camelCase.', NAME)
const COMMON: Properties = {
  when: WHEN,
  continueOn: about('The results with which the run goes on; `any` for all of them.', RESULTS),
}
const EXPECT: Properties = {
  expect: about('What must become true; the facts of `read` are read again until it is.', PREDICATE),
  within: about('How long that may take: a duration, or `policy.<name>`.', BOUND),
  holdsFor: about('How long it must stay true.', BOUND),
}
const FACTS = someOf(NAME)
const CASE: Schema = { ...ID, not: { enum: ['unknown', 'mixed', 'skipped', 'any'] } }
const BOUND_NEEDS_EXPECT = { expect: ['within'], within: ['expect'], holdsFor: ['expect'] }

const READ = closed({
  what: 'a `read` step',
  text: 'Reads facts; with `expect` it waits until they are as they should be.',
  required: { id: ID_OF_STEP, read: about('Names of facts.', FACTS) },
  optional: { ...COMMON, ...EXPECT },
  also: { dependentRequired: BOUND_NEEDS_EXPECT },
})

const DECIDE = closed({
  what: 'a `decide` step',
  text: 'Judges facts: its result is the name of the case that holds.',
  required: {
    id: ID_OF_STEP,
    decide: about('Case → predicate.', mapOf(PREDICATE, CASE, { minProperties: 1 })),
  },
  optional: {
    ...COMMON,
    otherwise: about('The result where no case holds.', CASE),
    pick: about('`one`: two cases that hold are `mixed`. `first`: the first that holds.', oneOf(['one', 'first'])),
  },
})

const DO = closed({
  what: 'a `do` step',
  text: 'Carries out an action, through the door that checks every rule at that moment.',
  required: { id: ID_OF_STEP, do: about('The action, such as `platform.freezePromotions`.', WORD) },
  optional: {
    ...COMMON,
    with: WITH,
    leaves: about('What stays behind when the run stops here, and is safe.', TEXT),
    undo: about('`none`: nothing safe stays behind.', { const: 'none' }),
    read: about('Facts that are read again after the effect, for `expect`.', FACTS),
    ...EXPECT,
  },
  also: {
    dependentRequired: { ...BOUND_NEEDS_EXPECT, read: ['expect'] },
    oneOf: [{ required: ['leaves'] }, { required: ['undo'] }],
  },
})

const APPROVE = closed({
  what: 'an `approve` step',
  text: 'Asks people, and waits for their answer.',
  required: {
    id: ID_OF_STEP,
    approve: about('The question; `{{…}}` puts values in.', TEXT),
    who: about('The role that answers, or a list of roles.', either(ID, someOf(ID))),
  },
  optional: {
    ...COMMON,
    within: about('How long the answer may take: a duration, or `policy.<name>`.', BOUND),
    show: about('Facts that are shown with the question.', FACTS),
  },
  also: { dependentRequired: { approve: ['within'] } },
})

/** The steps of a runbook, each of one kind. */
export const STEPS: Schema = about('What is done, in this order.', someOf(either(READ, DECIDE, DO, APPROVE)))
