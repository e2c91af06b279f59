import type { Keys } from '../shape/fields.ts'

const COMMON = ['when', 'forEach', 'atOnce', 'continueOn'] as const
const EXPECT = ['expect', 'within', 'holdsFor'] as const

/** The keys of each kind of step. */
export const STEP_KEYS = {
  do: {
    what: 'a `do` step',
    required: ['id', 'do'],
    optional: [...COMMON, 'with', 'hold', 'leaves', 'undo', 'read', ...EXPECT],
  },
  decide: { what: 'a `decide` step', required: ['id', 'decide'], optional: [...COMMON, 'otherwise', 'pick'] },
  approve: { what: 'an `approve` step', required: ['id', 'approve', 'who'], optional: [...COMMON, 'within', 'show'] },
  ask: { what: 'an `ask` step', required: ['id', 'ask', 'who', 'choose'], optional: [...COMMON, 'within', 'show'] },
  call: { what: 'a `call` step', required: ['id', 'call'], optional: [...COMMON, 'with'] },
  steps: { what: 'a block', required: ['id', 'steps'], optional: COMMON },
  read: { what: 'a `read` step', required: ['id', 'read'], optional: [...COMMON, ...EXPECT] },
} as const satisfies Record<string, Keys>

/** The keys of all kinds of steps, for who looks before the kind is known. */
export const ANY_STEP: { readonly required: readonly string[]; readonly optional: readonly string[] } = {
  required: [],
  optional: [
    ...new Set(
      Object.values<Keys>(STEP_KEYS).flatMap(({ required, optional = [] }): readonly string[] => [
        ...required,
        ...optional,
      ]),
    ),
  ],
}

/** How a decision picks among cases that hold. */
export const PICKS = ['one', 'first'] as const

/** A kind of step, by the key that makes it one. */
export type StepKeys = keyof typeof STEP_KEYS

/** Keys that make a step of their kind, whatever else it has; `read` stands in `do` steps too. */
export const KINDS = ['do', 'decide', 'approve', 'ask', 'call', 'steps'] as const satisfies StepKeys[]
