import { isJsonObject } from '../schemas/json.ts'
import type { Json, JsonObject } from '../schemas/json.ts'

/** The JSON object that a text is; `undefined` where it is anything else. */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as Json
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
