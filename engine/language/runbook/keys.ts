import type { Keys } from '../shape/fields.ts'

/** The keys of a runbook. */
export const RUNBOOK_KEYS = {
  what: 'a runbook',
  required: [
    'runbook',
    'title',
    'source',
    'owner',
    'goal',
    'inputs',
    'coalesce',
    'doNot',
    'facts',
    'steps',
    'outcomes',
  ],
  optional: ['lastReviewed', 'topology', 'sections', 'triggers', 'outputs'],
} as const satisfies Keys

/** The keys of an input of a runbook. */
export const INPUT_KEYS = {
  what: 'an input',
  required: ['type'],
  optional: ['clock', 'default', 'text', 'secret'],
} as const satisfies Keys

/** The keys of each kind of trigger. */
export const TRIGGER_KEYS = {
  alert: { what: 'a trigger by alert', required: ['alert', 'map', 'mode'], optional: ['coolDown'] },
  schedule: { what: 'a trigger by schedule', required: ['schedule', 'from', 'map', 'mode'], optional: ['coolDown'] },
} as const satisfies Record<string, Keys>

/** The keys of a section that a runbook does not need. */
export const SECTION_KEYS = { what: 'a section', required: ['notApplicable'] } as const satisfies Keys

/** The keys of `undo`. */
export const UNDO_KEYS = { what: '`undo`', required: ['do'], optional: ['with'] } as const satisfies Keys

/** The keys of an option of a question. */
export const OPTION_KEYS = { what: 'an option', required: ['effects'] } as const satisfies Keys

/** The keys of an outcome. */
export const OUTCOME_KEYS = {
  what: 'an outcome',
  required: ['as'],
  optional: ['when', 'claim', 'tell', 'say'],
} as const satisfies Keys
