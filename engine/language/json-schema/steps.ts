import { UNDO_KEYS } from '../runbook/keys.ts'
import { OWN_RESULTS } from '../runbook/own-results.ts'
import { PICKS, STEP_KEYS } from '../runbook/step-keys.ts'
import { WITH } from './facts.ts'
import { LOOPED, LOOP_NEEDS, UNLOOPED } from './loops.ts'
import { APPROVE, ASK } from './questions.ts'
import { about, closed, either, mapOf, oneOf, someOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { BOUND, ID, NAME, PATH, PREDICATE, STEP_ID, TEXT, WORD } from './words.ts'

const EXPECT = {
  expect: about('What must become true; the facts of `read` are read again until it is.', PREDICATE),
  within: about('How long that may take: a duration, or `policy.<name>`.', BOUND),
  holdsFor: about('How long it must stay true.', BOUND),
} satisfies Properties
const FACTS = someOf(NAME)
const CASE: Schema = { ...ID, not: { enum: OWN_RESULTS.case } }
const BOUND_NEEDS_EXPECT = { expect: ['within'], within: ['expect'], holdsFor: ['expect'] }

const READ = closed(STEP_KEYS.read, {
  text: 'Reads facts; with `expect` it waits until they are as they should be.',
  properties: { id: STEP_ID, read: about('Names of facts.', FACTS), ...LOOPED, ...EXPECT },
  also: { dependentRequired: { ...LOOP_NEEDS, ...BOUND_NEEDS_EXPECT } },
})

const DECIDE = closed(STEP_KEYS.decide, {
  text: 'Judges facts: its result is the name of the case that holds.',
  properties: {
    id: STEP_ID,
    decide: about('Case → predicate.', mapOf(PREDICATE, CASE, { minProperties: 1 })),
    ...UNLOOPED,
    otherwise: about('The result where no case holds.', CASE),
    pick: about('`one`: two cases that hold are `mixed`. `first`: the first that holds.', oneOf(PICKS)),
  },
})

const UNDO = closed(UNDO_KEYS, {
  text: 'What takes the effect back where the run stops later, through the door.',
  properties: { do: about('The action.', WORD), with: WITH },
})

const DO = closed(STEP_KEYS.do, {
  text: 'Carries out an action, through the door that checks every rule at that moment.',
  properties: {
    id: STEP_ID,
    do: about('The action, such as `platform.freezePromotions`.', WORD),
    ...LOOPED,
    with: WITH,
    hold: about(
      'What nobody else may be at: bare paths to ids, or to objects with an `id`, of what was read before.',
      someOf(PATH),
    ),
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

const CALL = closed(STEP_KEYS.call, {
  text: 'Carries out another runbook within this run; its outcomes are the results.',
  properties: { id: STEP_ID, call: about('The runbook.', ID), ...LOOPED, with: WITH },
  also: { dependentRequired: LOOP_NEEDS },
})

/** Where the schema of a step stands: blocks have steps, of which each is one. */
const STEP_REF: Schema = { $ref: '#/$defs/step' }

const BLOCK = closed(STEP_KEYS.steps, {
  text: 'Steps that belong together. What happens in it is seen inside only; outside, how it ended.',
  properties: { id: STEP_ID, steps: about('What is done, in this order.', someOf(STEP_REF)), ...LOOPED },
  also: { dependentRequired: LOOP_NEEDS },
})

/** One step, of one kind. */
export const STEP: Schema = either(READ, DECIDE, DO, APPROVE, ASK, CALL, BLOCK)

/** The steps of a runbook. */
export const STEPS: Schema = about('What is done, in this order.', someOf(STEP_REF))
