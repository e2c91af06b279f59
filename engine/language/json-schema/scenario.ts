import {
  AGAINST,
  CIRCUMSTANCE_KEYS,
  EDIT_KEYS,
  EXPECTED_KEYS,
  INCIDENT_KEYS,
  SCENARIO_KEYS,
  SUBJECTS,
  TWIN_KEYS,
} from '../scenarios/keys.ts'
import { about, closed, listOf, mapOf, oneOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { DATA, DURATION, EFFECT, ID, NAME, SCALAR, WORD } from './words.ts'
import { ACTION, READING } from './changes.ts'

const STEP: Schema = { type: 'string', pattern: '^[a-z][a-zA-Z0-9]*(\\.([a-z][a-zA-Z0-9]*|\\d+))*(-undo)?$' }

const HAPPENING = {
  lab: about('Something that the practice platform does.', WORD),
  recorded: about('A file of recorded facts.', WORD),
  reading: about('A reading that says something else.', WORD),
  fact: about('A reading, by the name that the runbook gives it.', NAME),
  action: about('An action that does something else.', WORD),
  ...READING,
  ...ACTION,
  with: about('Inputs of the reading; or what the practice platform is told.', DATA),
}
const KINDS = SUBJECTS.map((key) => ({ required: [key] }))
const BEFORE_OR_AFTER = { anyOf: [{ required: ['before'] }, { required: ['after'] }] }

const CIRCUMSTANCE = closed(CIRCUMSTANCE_KEYS, {
  text: 'What is so before the run begins.',
  properties: HAPPENING,
  also: { oneOf: KINDS },
})

const INCIDENT = closed(INCIDENT_KEYS, {
  text: 'What happens while the run goes on.',
  properties: {
    before: about('Before the effect of this step is judged at the door.', STEP),
    after: about('After this step has ended.', STEP),
    passes: about('So much time passes.', DURATION),
    ...HAPPENING,
  },
  also: { allOf: [{ anyOf: [...KINDS, { required: ['passes'] }] }, BEFORE_OR_AFTER] },
})

const EXPECTED = closed(EXPECTED_KEYS, {
  text: 'What must come out.',
  properties: {
    outcome: about('An outcome of the runbook, or a way in which the engine ends a run.', ID),
    steps: about('Step → how it ended.', mapOf(WORD, STEP)),
    deniedBy: about('The rule that denied.', ID),
    never: about('Effects of which there is no receipt.', listOf(EFFECT)),
    claims: about('Claims that were said.', listOf(EFFECT)),
    told: about('Roles that were told; without it, nobody looks.', listOf(ID)),
  },
})

const EDIT = closed(EDIT_KEYS, {
  text: 'A change to the text of the runbook.',
  properties: {
    step: about('The step.', WORD),
    set: about('Keys of the step; `null` takes one away.', DATA),
    after: about('The step behind which a new one is put.', WORD),
  },
})

const TWIN = closed(TWIN_KEYS, {
  text: 'The same scenario without the rule: it does the harm.',
  properties: {
    without: about('The rule that is taken away.', ID),
    harm: about('Effects of which there is then a receipt.', someOf(EFFECT)),
    edit: about('The runbook as somebody in a hurry would edit it.', listOf(EDIT)),
  },
})

/** A scenario: `scenarios/*.yaml`. */
export const SCENARIO: Schema = closed(SCENARIO_KEYS, {
  text: 'One situation in which a runbook is tried.',
  properties: {
    scenario: about('Its id: kebab-case.', ID),
    runbook: about('The runbook.', ID),
    against: about('`lab`: the practice platform. `facts`: recorded facts.', oneOf(AGAINST)),
    inputs: about('The inputs of the run.', mapOf(SCALAR, NAME)),
    expect: EXPECTED,
    given: about('What is so before the run begins.', listOf(CIRCUMSTANCE)),
    during: about('What happens while it runs.', listOf(INCIDENT)),
    answers: about('Step → what people answer there.', mapOf(WORD, STEP)),
    twin: TWIN,
  },
})
