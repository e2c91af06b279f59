import { setTimeout as wait } from 'node:timers/promises'
import { Unknown } from '../../actions/define.ts'
import type { AnyReading, Reading } from '../../actions/define.ts'
import { ContractViolation, parseInput, parseOutput } from '../../actions/validate.ts'
import type { FactRecord, UnknownReason } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import { isCarriable, messageOf } from './carriable.ts'
import type { Connections } from './connections.ts'
import { inTime } from './in-time.ts'

/** Takes one reading. Whatever goes wrong makes the fact unknown, with the reason; nothing is thrown (G10). */
export async function takeReading(
  definition: AnyReading,
  fact: { readonly name: string; readonly input: JsonObject },
  connections: Connections,
): Promise<FactRecord> {
  const frame = {
    fact: fact.name,
    action: definition.name,
    input: fact.input,
    authority: definition.authority,
    readAt: new Date().toISOString(),
  }
  try {
    const signal = AbortSignal.timeout(definition.timeoutMs)
    const context = await connections.context({ idempotencyKey: '', signal })
    const reading = await inTime(definition.read(parseInput(definition, fact.input), context), signal)
    const record = { ...frame, ...asRecord(definition, reading) }
    if (isCarriable(record)) return record
    throw new Unknown('invalid', `\`${definition.name}\` answered with what no record can carry, such as broken text`)
  } catch (error) {
    return { ...frame, unknown: reasonOf(error), roundTrip: false, source: definition.name }
  }
}

/** Takes a reading again for as long as the way to its source fails: one failed request must not decide a run. */
export async function readUntilKnown(read: () => Promise<FactRecord>, patienceMs: number): Promise<FactRecord> {
  const until = performance.now() + patienceMs
  for (;;) {
    const record = await read()
    const mayPass = record.unknown?.reason === 'error' || record.unknown?.reason === 'timeout'
    if (!mayPass || performance.now() >= until) return record
    await wait(1_000)
  }
}

/** The record of a reading that nobody takes, with the reason: the fact is unknown. */
export function untaken(reading: Pick<FactRecord, 'fact' | 'action' | 'input'>, detail: string): FactRecord {
  const readAt = new Date().toISOString()
  const unknown = { reason: 'error' as const, detail }
  return { ...reading, authority: 'diagnostic', unknown, roundTrip: false, source: 'not read', readAt }
}

function asRecord(
  definition: AnyReading,
  reading: Reading<Record<string, unknown>>,
): Pick<FactRecord, 'value' | 'complete' | 'ageMs' | 'roundTrip' | 'source'> {
  const value: Json = parseOutput(definition, reading.value)
  return {
    value,
    roundTrip: reading.roundTrip,
    source: reading.source,
    ...(reading.complete === undefined ? {} : { complete: reading.complete }),
    ...(reading.ageMs === undefined ? {} : { ageMs: reading.ageMs }),
  }
}

function reasonOf(error: unknown): { reason: UnknownReason; detail: string } {
  if (error instanceof Unknown) return { reason: error.reason, detail: error.message.toWellFormed() }
  if (error instanceof ContractViolation) return { reason: 'invalid', detail: error.message }
  if (isTimeout(error)) return { reason: 'timeout', detail: 'there was no answer in time' }
  return { reason: 'error', detail: messageOf(error, 'the reading failed') }
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError')
}
