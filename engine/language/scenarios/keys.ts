import type { Keys } from '../shape/fields.ts'

const SAYS = ['value', 'unknown', 'complete', 'ageMs', 'roundTrip'] as const
const READING = ['with', ...SAYS] as const
const ACTION = ['output', 'then', 'fails'] as const

/** What a scenario is tried against. */
export const AGAINST = ['lab', 'facts'] as const

/** What a circumstance is about; each has exactly one of these. */
export const SUBJECTS = ['lab', 'recorded', 'fact', 'reading', 'action'] as const

/** The keys of a file of recorded facts. */
export const RECORDED_KEYS = {
  what: 'a file of recorded facts',
  required: ['recorded', 'readings'],
  optional: ['actions'],
} as const satisfies Keys

/** The keys of what a reading says, where the reading is named elsewhere. */
export const READING_KEYS = { what: 'a recorded reading', required: [], optional: READING } as const satisfies Keys

/** The keys of what an action does, where the action is named elsewhere. */
export const ACTION_KEYS = { what: 'a recorded action', required: [], optional: ACTION } as const satisfies Keys

/** The keys of what a reading says after an action, for some inputs. */
export const CHANGED_KEYS = {
  what: 'a changed reading',
  required: ['with'],
  optional: SAYS,
} as const satisfies Keys

/** The keys of a scenario. */
export const SCENARIO_KEYS = {
  what: 'a scenario',
  required: ['scenario', 'runbook', 'against', 'inputs', 'expect'],
  optional: ['given', 'during', 'answers', 'twin'],
} as const satisfies Keys

/** The keys of what is so before a run begins. */
export const CIRCUMSTANCE_KEYS = {
  what: 'a circumstance',
  required: [],
  optional: [...SUBJECTS, ...READING, ...ACTION],
} as const satisfies Keys

/** The keys of what happens while a run goes on. */
export const INCIDENT_KEYS = {
  what: 'an incident',
  required: [],
  optional: ['before', 'after', 'passes', ...CIRCUMSTANCE_KEYS.optional],
} as const satisfies Keys

/** The keys of what must come out. */
export const EXPECTED_KEYS = {
  what: '`expect`',
  required: ['outcome'],
  optional: ['steps', 'deniedBy', 'never', 'claims', 'told'],
} as const satisfies Keys

/** The keys of a twin. */
export const TWIN_KEYS = { what: 'a twin', required: ['without', 'harm'], optional: ['edit'] } as const satisfies Keys

/** The keys of an edit of a twin. */
export const EDIT_KEYS = { what: 'an edit', required: ['step', 'set'], optional: ['after'] } as const satisfies Keys
