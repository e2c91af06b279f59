import { REQUIRED_VALUES } from '../unused-policy.ts'
import { POLICY_FILE_KEYS, ROLE_KEYS, SLO_KEYS, VALUE_KEYS } from '../ground/keys.ts'
import { about, closed, either, someOf, mapOf, oneOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, COUNT, DURATION, ID, NAME, RATIO, TEXT, WORD } from './words.ts'

const SOURCE = about('Where the number comes from.', TEXT)

const SLO = closed(SLO_KEYS, {
  text: 'A service level objective.',
  properties: { target: about('Such as `99.5%`.', RATIO), over: DURATION, source: SOURCE },
})

const PLAIN = closed(VALUE_KEYS.plain, {
  text: 'A number that tips a decision: a duration, or a value with its unit.',
  properties: {
    is: about('The value.', either(DURATION, RATIO, COUNT, someOf(WORD))),
    source: SOURCE,
    unit: about(
      'Absent for a duration.',
      either(oneOf(['ratio', 'count']), { type: 'string', pattern: '^list of \\S+$', description: '`list of <enum>`' }),
    ),
  },
  also: { if: { not: { required: ['unit'] } }, then: { properties: { is: DURATION } } },
})

const BURN = closed(VALUE_KEYS.burn, {
  text: 'The error ratio at which the budget of an SLO burns at this rate.',
  properties: {
    burn: about(
      'The rate, such as `14.4`.',
      either(
        { type: 'number', minimum: 0, exclusiveMaximum: 10_000 },
        { type: 'string', pattern: '^\\d{1,4}(\\.\\d{1,4})?$' },
      ),
    ),
    slo: about('The SLO.', WORD),
    windows: about('The windows in which it is measured.', someOf(DURATION)),
    source: SOURCE,
  },
})

const ROLE = closed(ROLE_KEYS, {
  text: 'Who somebody is for a runbook; the people behind it are configuration.',
  properties: { text: about('What the role does.', TEXT) },
})

/** The policy file: `policy.yaml`. */
export const POLICY: Schema = closed(POLICY_FILE_KEYS, {
  text: 'Numbers that tip decisions, each with a unit and a source, and roles.',
  properties: {
    values: about(
      'Policy values by name; two are those of the engine.',
      mapOf(either(PLAIN, BURN), NAME, { required: REQUIRED_VALUES }),
    ),
    roles: about('Roles by name.', mapOf(ROLE, ID)),
    slos: about('Service level objectives by name.', mapOf(SLO, ANY_KEY)),
  },
})
