import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Denial } from '../../../schemas/run.ts'
import type { Pass } from './open.ts'
import type { PassReadings } from './pass-readings.ts'

/** Whether the value on which the decision rested still stands. */
export type PremiseCheck =
  | { readonly kind: 'holds'; readonly expected?: Json }
  | { readonly kind: 'conflict'; readonly expected: Json; readonly found: Json }
  | { readonly kind: 'unknown'; readonly denial: Denial }

/** The door's fresh value must equal the expected one, which is never read again to make the write succeed (G7). */
export async function checkPremise(pass: Pass, readings: PassReadings): Promise<PremiseCheck> {
  const { premise } = pass.contract
  if (premise === undefined) return { kind: 'holds' }
  const expected = pass.input[premise.input] ?? null
  const record = await readings.read(
    'premise',
    { action: premise.reading, maxAgeMs: 0 },
    readingInput(pass, premise.reading),
  )
  const found = (record.value as JsonObject | undefined)?.[premise.field]
  if (record.unknown !== undefined || found === undefined || !record.roundTrip)
    return unknown(premise.reading, record.unknown?.detail)
  return found === expected ? { kind: 'holds', expected } : { kind: 'conflict', expected, found }
}

/** The reading's inputs are those inputs of the action that have the same name. */
function readingInput({ seam, input }: Pass, reading: string): JsonObject {
  const fields = Object.keys(seam.host.contracts.get(reading)?.input.fields ?? {})
  return Object.fromEntries(fields.flatMap((field) => (input[field] === undefined ? [] : [[field, input[field]]])))
}

function unknown(reading: string, detail = 'nothing proves that it is fresh'): PremiseCheck {
  const message = `cannot tell whether the value that the decision rested on still stands (${reading}: ${detail})`
  return {
    kind: 'unknown',
    denial: { by: 'facts', unknown: true, message, verdicts: [], next: 'find out why the authority does not answer' },
  }
}
