import { about, closed, either, listOf, mapOf, oneOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, COUNT, DURATION, ID, NAME, RATIO, TEXT, WORD } from './words.ts'

const SOURCE = about('Where the number comes from.', TEXT)

const SLO = closed({
  what: 'an SLO',
  text: 'A service level objective.',
  required: { target: about('Such as `99.5%`.', RATIO), over: DURATION, source: SOURCE },
})

const PLAIN = closed({
  what: 'a policy value',
  text: 'A number that tips a decision: a duration, or a value with its unit.',
  required: { is: about('The value.', either(DURATION, RATIO, COUNT, listOf(WORD))), source: SOURCE },
  optional: {
    unit: about(
      'Absent for a duration.',
      either(oneOf(['ratio', 'count']), { type: 'string', pattern: '^list of \\S+$', description: '`list of <enum>`' }),
    ),
  },
  also: { if: { not: { required: ['unit'] } }, then: { properties: { is: DURATION } } },
})

const BURN = closed({
  what: 'a policy value',
  text: 'The error ratio at which the budget of an SLO burns at this rate.',
  required: {
    burn: about(
      'The rate, such as `14.4`.',
      either(
        { type: 'number', minimum: 0, exclusiveMaximum: 10_000 },
        { type: 'string', pattern: '^\\d{1,4}(\\.\\d{1,4})?$' },
      ),
    ),
    slo: about('The SLO.', WORD),
    windows: about('The windows in which it is measured.', listOf(DURATION)),
    source: SOURCE,
  },
})

const ROLE = closed({
  what: 'a role',
  text: 'Who somebody is for a runbook; the people behind it are configuration.',
  required: { text: about('What the role does.', TEXT) },
})

/** The policy file: `policy.yaml`. */
export const POLICY: Schema = closed({
  what: 'the policy file',
  text: 'Numbers that tip decisions, each with a unit and a source, and roles.',
  required: {
    values: about(
      'Policy values by name; two are those of the engine.',
      mapOf(either(PLAIN, BURN), NAME, { required: ['conflictRounds', 'unknownFor'] }),
    ),
    roles: about('Roles by name.', mapOf(ROLE, ID)),
  },
  optional: { slos: about('Service level objectives by name.', mapOf(SLO, ANY_KEY)) },
})
