import { setTimeout as wait } from 'node:timers/promises'
import type { Settlement } from '../../../actions/define.ts'
import { parseOutput } from '../../../actions/validate.ts'
import { openIntents } from '../../../evidence/effects.ts'
import type { PassFiles, Recorded } from '../../../evidence/effects.ts'
import type { Intent } from '../../../schemas/evidence.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { EffectResult } from '../../../schemas/run.ts'
import { contextOf } from './open.ts'
import type { Pass } from './open.ts'
import { frameOf, passesOf, record } from './records.ts'

/** Pause between two questions to an authority that cannot say. */
const ASK_AGAIN_MS = 1_000

/**
 * Settles what earlier attempts left (G1): a receipt that is there is the result; an intent without one is settled with the
 * authority before anything else. Undefined where nothing is left and the pass may go on.
 */
export async function settleFirst(pass: Pass): Promise<EffectResult | undefined> {
  const passes = await passesOf(pass)
  const receipted = passes.find(({ activity, receipt }) => activity === pass.seam.activity && receipt !== undefined)
  if (receipted?.receipt !== undefined)
    return doneResult(pass, receipted.receipt.value.output, { [receipted.receipt.name]: receipted.receipt.digest })
  for (const open of openIntents(passes)) {
    const settled = await settleOpen(pass, open)
    if (settled !== undefined) return settled
  }
  return undefined
}

async function settleOpen(pass: Pass, open: PassFiles): Promise<EffectResult | undefined> {
  if (open.intent === undefined) return undefined
  const settlement = await askAuthority(pass, open.intent.value)
  return closeIntent(pass, { intent: open.intent, settlement })
}

/** Writes down what the authority said of an intent; answers with the step's result, or undefined where it did not happen. */
export async function closeIntent(
  pass: Pass,
  { intent, settlement }: { intent: Recorded<Intent>; settlement: Settlement<JsonObject> },
): Promise<EffectResult | undefined> {
  const { activity, attempt } = intent.value
  const frame = { ...frameOf(pass), activity, attempt, intentDigest: intent.digest }
  if (settlement.state === 'done') {
    const own = activity === pass.seam.activity && attempt === pass.seam.attempt
    const status = own ? 'done' : 'already-done'
    const output = parseOutput(pass.definition, settlement.output)
    const effects = intent.value.effects.map(({ effect }) => effect)
    const { refs } = await record(pass, 'receipt', {
      ...frameOf(pass),
      intentDigest: intent.digest,
      status,
      effects,
      output,
      readBack: output,
    })
    return { ...doneResult(pass, output, { [intent.name]: intent.digest, ...refs }), status }
  }
  if (settlement.state === 'unknown') return effectUnknown(pass, intent.value, settlement.detail)
  await record(pass, 'settled', { ...frame, state: 'not-done', detail: settlement.state })
  return undefined
}

/** Asks until the authority can say, for as long as something unknown is read again. The recorded input counts, not a new one. */
export async function askAuthority(pass: Pass, intent: Intent): Promise<Settlement<JsonObject>> {
  const until = performance.now() + pass.plan.unknownForMs
  for (;;) {
    pass.seam.heartbeat()
    const settlement = await askOnce(pass, intent)
    if (settlement.state !== 'unknown' || performance.now() >= until) return settlement
    await wait(ASK_AGAIN_MS)
  }
}

async function askOnce(pass: Pass, intent: Intent): Promise<Settlement<JsonObject>> {
  try {
    const context = await contextOf(pass, intent.idempotencyKey)
    return (await pass.definition.settle(intent.input, context)) as Settlement<JsonObject>
  } catch (error) {
    return { state: 'unknown', detail: error instanceof Error ? error.message : 'the authority did not answer' }
  }
}

function doneResult(
  pass: Pass,
  output: JsonObject,
  evidence: Readonly<Record<string, string>>,
): EffectResult & { status: 'done' | 'already-done' } {
  const lift = pass.definition.lift?.(pass.input, output)
  const effects = pass.guarded.map(({ effect }) => effect)
  return { status: 'already-done', output, effects, evidence, ...(lift === undefined ? {} : { lift }) }
}

function effectUnknown(pass: Pass, { idempotencyKey }: Intent, detail: string): EffectResult {
  const message = `nobody can say whether ${pass.seam.action} happened: ${detail}. It is not tried again; ask the authority for the operation with the idempotency key ${idempotencyKey}`
  return { status: 'effect-unknown', message, evidence: {} }
}
