import type { AllowedInput, Part } from '../schemas/allowlist.ts'
import type { Json, JsonObject } from '../schemas/json.ts'

/** The text of each part, with the inputs filled in. `encode` refuses or encodes what an input says. */
export function fillParts(
  parts: readonly Part[],
  input: JsonObject,
  encode: (value: string, name: string) => string,
): string[] {
  return parts.map((part) => (typeof part === 'string' ? part : encode(textOf(input[part.input]), part.input)))
}

/** Throws where a part names an input that the entry does not declare. */
export function checkParts(parts: readonly Part[], inputs: Readonly<Record<string, AllowedInput>>): void {
  const unknown = parts.find((part) => typeof part === 'object' && !Object.hasOwn(inputs, part.input))
  if (typeof unknown === 'object') throw new TypeError(`\`${unknown.input}\` is no input of the entry`)
}

/** Throws where an effect's target is filled from an input that the entry does not declare. */
export function checkEffects(
  effects: Readonly<Record<string, Readonly<Record<string, string>>>>,
  inputs: Readonly<Record<string, AllowedInput>>,
): void {
  for (const [effect, target] of Object.entries(effects)) {
    const missing = Object.values(target).find((input) => !Object.hasOwn(inputs, input))
    if (missing !== undefined) throw new TypeError(`the target of \`${effect}\` needs an input \`${missing}\``)
  }
}

/** Scalars only: input schemas of entries allow nothing else, and a text is not quoted. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
