import { about, mapOf } from './schema.ts'
import type { Properties, Schema } from './schema.ts'
import { AT_ONCE, NAME, PATH, RESULTS } from './words.ts'

/** Which earlier steps must have ended how. */
export const WHEN: Schema = about(
  'Step → result, or a list of results: only then. Without it, always.',
  mapOf(RESULTS, NAME),
)

const CONDITIONAL = {
  when: WHEN,
  continueOn: about('The results with which the run goes on; `any` for all of them.', RESULTS),
} satisfies Properties

/** Keys of a step that may be a loop. */
export const LOOPED = {
  ...CONDITIONAL,
  forEach: about(
    'Once for each item of a list, which is taken once: `{ host: hosts.items }`.',
    mapOf(PATH, NAME, { minProperties: 1, maxProperties: 1 }),
  ),
  atOnce: about('So many items at a time; otherwise one after another.', AT_ONCE),
} satisfies Properties

const NEVER: Schema = about('Nothing could see the result for an item: put `forEach` on a block.', { not: {} })

/** Keys of a step whose result the steps behind it must see. */
export const UNLOOPED = { ...CONDITIONAL, forEach: NEVER, atOnce: NEVER } satisfies Properties

/** What holds between the keys of a loop. */
export const LOOP_NEEDS = { atOnce: ['forEach'] }
