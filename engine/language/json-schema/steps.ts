import { PICKS } from '../runbook/step-keys.ts'
import { WITH } from './facts.ts'
import { LOOPED, LOOP_NEEDS, UNLOOPED } from './loops.ts'
import { APPROVE, ASK } from './questions.ts'
import { about, closed, either, mapOf, oneOf, someOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { BOUND, ID, NAME, PREDICATE, STEP_ID, TEXT, WORD } from './words.ts'

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
  required: { id: STEP_ID, read: about('Names of facts.', FACTS) },
  optional: { ...LOOPED, ...EXPECT },
  also: { dependentRequired: { ...LOOP_NEEDS, ...BOUND_NEEDS_EXPECT } },
})

const DECIDE = closed({
  what: 'a `decide` step',
  text: 'Judges facts: its result is the name of the case that holds.',
  required: {
    id: STEP_ID,
    decide: about('Case → predicate.', mapOf(PREDICATE, CASE, { minProperties: 1 })),
  },
  optional: {
    ...UNLOOPED,
    otherwise: about('The result where no case holds.', CASE),
    pick: about('`one`: two cases that hold are `mixed`. `first`: the first that holds.', oneOf(PICKS)),
  },
})

const UNDO = closed({
  what: '`undo`',
  text: 'What takes the effect back where the run stops later, through the door.',
  required: { do: about('The action.', WORD) },
  optional: { with: WITH },
})

const DO = closed({
  what: 'a `do` step',
  text: 'Carries out an action, through the door that checks every rule at that moment.',
  required: { id: STEP_ID, do: about('The action, such as `platform.freezePromotions`.', WORD) },
  optional: {
    ...LOOPED,
    with: WITH,
    leaves: about('What stays behind when the run stops here, and is safe.', TEXT),
    undo: about(
      'What takes it back; `none`: nothing does, and what stays is not safe.',
      either({ const: 'none' }, UNDO),
    ),
    read: about('Facts that are read again after the effect, for `expect`.', FACTS),
    ...EXPECT,
  },
  also: {
    dependentRequired: { ...LOOP_NEEDS, ...BOUND_NEEDS_EXPECT, read: ['expect'] },
    anyOf: [{ required: ['leaves'] }, { required: ['undo'] }],
    not: { required: ['leaves', 'undo'], properties: { undo: { const: 'none' } } },
  },
})

const CALL = closed({
  what: 'a `call` step',
  text: 'Carries out another runbook within this run; its outcomes are the results.',
  required: { id: STEP_ID, call: about('The runbook.', ID) },
  optional: { ...LOOPED, with: WITH },
  also: { dependentRequired: LOOP_NEEDS },
})

/** Where the schema of a step stands: blocks have steps, of which each is one. */
const STEP_REF: Schema = { $ref: '#/$defs/step' }

const BLOCK = closed({
  what: 'a block',
  text: 'Steps that belong together. What happens in it is seen inside only; outside, how it ended.',
  required: { id: STEP_ID, steps: about('What is done, in this order.', someOf(STEP_REF)) },
  optional: LOOPED,
  also: { dependentRequired: LOOP_NEEDS },
})

/** One step, of one kind. */
export const STEP: Schema = either(READ, DECIDE, DO, APPROVE, ASK, CALL, BLOCK)

/** The steps of a runbook. */
export const STEPS: Schema = about('What is done, in this order.', someOf(STEP_REF))
