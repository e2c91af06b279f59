import { about, either, listOf, mapOf } from './schema.ts'
import type { Schema } from './schema.ts'
import { ANY_KEY, OPERAND } from './words.ts'

/** Names of effects or claims; or a map from these to the fields of their targets that are not filled in. */
export function targets(name: Schema): Schema {
  const fields = about('Fields of the target; ids are filled in.', mapOf(OPERAND, ANY_KEY))
  return either(listOf(name), mapOf(fields, name))
}
