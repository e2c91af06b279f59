import type { Keys } from '../shape/fields.ts'

/** The keys of a fact of a runbook. */
export const FACT_KEYS = { what: 'a fact', required: ['read'], optional: ['with', 'ifEmpty'] } as const satisfies Keys

/** The keys of a fact of a rule. */
export const RULE_FACT_KEYS = { ...FACT_KEYS, optional: [...FACT_KEYS.optional, 'maxAge'] } as const satisfies Keys
