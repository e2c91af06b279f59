import { EFFECTS_FILE_KEYS, EFFECT_KEYS } from '../ground/keys.ts'
import { OUTCOMES, RADII } from '../ground/effects.ts'
import { about, closed, mapOf, oneOf, someOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, EFFECT, FLAG, WORD } from './words.ts'

const ONE = closed(EFFECT_KEYS, {
  text: 'Something that an action can do to the world.',
  properties: {
    under: about('The effect that this one is a case of: its rules guard this one too.', EFFECT),
    target: about('What the effect is about: field → type.', mapOf(WORD, ANY_KEY)),
    protective: about('`true`: allowed while changes are closed.', FLAG),
    radius: about('How much of the world it may touch; absent: that of `under`, or the installation.', oneOf(RADII)),
  },
})

/** The effects file: `effects.yaml`. */
export const EFFECTS_FILE: Schema = closed(EFFECTS_FILE_KEYS, {
  text: 'The closed vocabulary of effects, and what may be called a success.',
  properties: {
    effects: about(
      'Effects by name; every way in which a run ends is one.',
      mapOf(ONE, EFFECT, { required: OUTCOMES.map((end) => `claim.${end}`) }),
    ),
    goals: about('Goal → claims, at least one of which a success makes.', mapOf(someOf(WORD), ANY_KEY)),
  },
})
