import type { Keys } from '../shape/fields.ts'

/** The keys of the policy file. */
export const POLICY_FILE_KEYS = {
  what: 'the policy file',
  required: ['values', 'roles'],
  optional: ['slos'],
} as const satisfies Keys

/** The keys of a file that replaces policy values. */
export const OVERLAY_KEYS = { what: 'an overlay', required: ['values'] } as const satisfies Keys

/** The keys of an SLO. */
export const SLO_KEYS = { what: 'an SLO', required: ['target', 'over', 'source'] } as const satisfies Keys

/** The keys of a policy value: one that is written, and one that follows from an SLO. */
export const VALUE_KEYS = {
  plain: { what: 'a policy value', required: ['is', 'source'], optional: ['unit'] },
  burn: { what: 'a policy value', required: ['burn', 'slo', 'windows', 'source'] },
} as const satisfies Record<string, Keys>

/** The keys of a role. */
export const ROLE_KEYS = { what: 'a role', required: ['text'] } as const satisfies Keys

/** The keys of the effects file. */
export const EFFECTS_FILE_KEYS = { what: 'the effects file', required: ['effects', 'goals'] } as const satisfies Keys

/** The keys of an effect. */
export const EFFECT_KEYS = {
  what: 'an effect',
  required: [],
  optional: ['under', 'target', 'protective', 'radius'],
} as const satisfies Keys

/** The keys of the calendar. */
export const CALENDAR_KEYS = { what: 'the calendar', required: ['closed'] } as const satisfies Keys

/** The keys of a window in which no new change begins. */
export const WINDOW_KEYS = {
  what: 'a closed window',
  required: ['from', 'to', 'reason'],
  optional: ['environments'],
} as const satisfies Keys

/** The keys of the allowlist. */
export const ALLOWLIST_KEYS = { what: 'the allowlist', required: ['shell', 'http'] } as const satisfies Keys

/** The keys of a command of the allowlist. */
export const SHELL_KEYS = {
  what: 'a `shell` entry',
  required: ['id', 'run', 'timeout', 'effects'],
  optional: ['inputs', 'output', 'env', 'user'],
} as const satisfies Keys

/** The keys of `user`. */
export const USER_KEYS = { what: '`user`', required: ['uid', 'gid'] } as const satisfies Keys

/** The methods of requests; the URL is under its name. */
export const METHODS = ['get', 'post', 'put', 'delete'] as const

const HTTP = { what: 'an `http` entry', optional: ['inputs', 'output', 'allowPrivate'] } as const

/** The keys of a request of the allowlist, by its method. */
export const HTTP_KEYS = {
  get: { ...HTTP, required: ['id', 'get', 'timeout', 'effects'] },
  post: { ...HTTP, required: ['id', 'post', 'timeout', 'effects'] },
  put: { ...HTTP, required: ['id', 'put', 'timeout', 'effects'] },
  delete: { ...HTTP, required: ['id', 'delete', 'timeout', 'effects'] },
} as const satisfies Record<(typeof METHODS)[number], Keys>

/** The keys of an input of an entry. */
export const ENTRY_INPUT_KEYS = { what: 'an input', required: ['type'], optional: ['pattern'] } as const satisfies Keys
