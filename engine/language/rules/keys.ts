import type { Keys } from '../shape/fields.ts'

/** The keys of a file of rules. */
export const RULES_FILE_KEYS = { what: 'a rules file', required: ['rules'] } as const satisfies Keys

/** The keys of a rule. */
export const RULE_KEYS = {
  what: 'a rule',
  required: ['id', 'text', 'source', 'checks', 'overridable', 'next'],
  optional: ['facts'],
} as const satisfies Keys

/** The keys of a check, by the key that only its form has; `require` is form 1 where none of these is there. */
export const CHECK_KEYS = {
  forbid: { what: 'a check with `forbid`', required: ['forbid'], optional: ['inRunsWith'] },
  after: { what: 'a check with `after`', required: ['guards', 'after'], optional: ['each'] },
  onlyFrom: { what: 'a check with `onlyFrom`', required: ['guards', 'onlyFrom', 'input'] },
  during: { what: 'a check with `during`', required: ['during', 'require'] },
  mustWithin: { what: 'a check with `mustWithin`', required: ['mustWithin'] },
  require: { what: 'a check with `require`', required: ['guards', 'require'], optional: ['hold', 'each'] },
} as const satisfies Record<string, Keys>

/** The keys of the interval of form 6. */
export const DURING_KEYS = { what: '`during`', required: ['from', 'to'] } as const satisfies Keys

/** The keys of the obligation of form 7. */
export const MUST_WITHIN_KEYS = { what: '`mustWithin`', required: ['after', 'do', 'within'] } as const satisfies Keys

/** The keys of a condition under which a rule may be overridden. */
export const OVERRIDABLE_KEYS = { what: '`overridable`', required: ['when', 'who'] } as const satisfies Keys
