import { setTimeout as wait } from 'node:timers/promises'
import type { AnyAction, Settlement } from '../../../actions/define.ts'
import { parseOutput } from '../../../actions/validate.ts'
import { openIntents } from '../../../evidence/effects.ts'
import type { PassFiles, Recorded } from '../../../evidence/effects.ts'
import type { Intent, Receipt } from '../../../schemas/evidence.ts'
import { canonical } from '../../../schemas/canonical.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { EffectResult } from '../../../schemas/run.ts'
import { messageOf } from '../carriable.ts'
import { inTime } from '../in-time.ts'
import { spillLarge } from '../spill.ts'
import type { Arrived } from './arrive.ts'
import { isApprovedBefore } from './approved-before.ts'
import { contextOf } from './open.ts'
import { frameOf, passesOf, record } from './records.ts'

/** Pause between two questions to an authority that cannot say. */
const ASK_AGAIN_MS = 1_000

/**
 * Settles what earlier attempts left (G1): a receipt of the step, in whichever round, is its result, since no step is done twice
 * in a run; an intent without one is settled with the authority before anything else. Undefined where nothing is left and the
 * pass may go on.
 */
export async function settleFirst(arrived: Arrived): Promise<EffectResult | undefined> {
  const passes = await passesOf(arrived)
  const receipted = passes.find(({ receipt }) => receipt !== undefined)?.receipt
  if (receipted !== undefined) return doneBefore(arrived, receipted, passes)
  for (const { intent } of openIntents(passes)) {
    const settled = intent === undefined ? undefined : await settleOpen(arrived, intent)
    if (settled !== undefined) return settled
  }
  return undefined
}

function doneBefore(arrived: Arrived, receipt: Recorded<Receipt>, passes: readonly PassFiles[]): EffectResult {
  const { output, effects, intentDigest } = receipt.value
  const intent = passes.find((pass) => pass.intent?.digest === intentDigest)?.intent
  return {
    status: 'already-done',
    output,
    effects,
    evidence: { [receipt.name]: receipt.digest },
    ...(intent === undefined ? {} : liftOf(arrived, intent.value, output)),
  }
}

async function settleOpen(arrived: Arrived, intent: Recorded<Intent>): Promise<EffectResult | undefined> {
  const settlement = await askAuthority(arrived, intent.value)
  return closeIntent(arrived, { intent, settlement: cannotBeAsked(arrived) ? cutOff(settlement) : settlement })
}

/** An earlier attempt may have seen the end, and took what it saw with it. */
function cutOff(settlement: Settlement<JsonObject>): Settlement<JsonObject> {
  if (settlement.state !== 'unknown') return settlement
  return { state: 'unknown', detail: `its attempt was cut off, and its end was not recorded; ${settlement.detail}` }
}

/** Writes down what the authority said of an intent; answers with the step's result, or undefined where it did not happen. */
export async function closeIntent(
  arrived: Arrived,
  { intent, settlement }: { intent: Recorded<Intent>; settlement: Settlement<JsonObject> },
): Promise<EffectResult | undefined> {
  if (settlement.state === 'done') return receive(arrived, intent, settlement.output)
  if (settlement.state === 'unknown') return effectUnknown(arrived, intent.value, settlement.detail)
  const { activity, attempt } = intent.value
  const frame = { ...frameOf(arrived), activity, attempt, intentDigest: intent.digest }
  await record(arrived, 'settled', { ...frame, state: 'not-done', detail: settlement.state })
  return undefined
}

/** Writes the receipt. */
async function receive(arrived: Arrived, intent: Recorded<Intent>, whole: JsonObject): Promise<EffectResult> {
  const spilled = await spillLarge(whole, arrived.seam.host.store, arrived.admission.runId)
  // What is too large is kept by its digest beside the receipt; whoever names it later finds nothing.
  const output = spilled === undefined ? whole : {}
  const { activity, attempt } = intent.value
  const own = activity === arrived.seam.activity && attempt === arrived.seam.attempt
  const status = own ? 'done' : 'already-done'
  const effects = intent.value.effects.map(({ effect }) => effect)
  const receipt = {
    ...frameOf(arrived),
    intentDigest: intent.digest,
    status,
    effects,
    targets: intent.value.effects,
    ...(isApprovedBefore(arrived.instance) ? { approved: true } : {}),
    output,
    readBack: spilled === undefined ? (isReadBack(arrived) ? output : null) : { ...spilled },
  } as const
  const { refs } = await record(arrived, 'receipt', receipt)
  return {
    status,
    output,
    effects,
    evidence: { [intent.name]: intent.digest, ...refs },
    ...liftOf(arrived, intent.value, whole),
  }
}

/** What nobody can be asked about is recorded as it was replied, and said to be so. */
function isReadBack({ seam }: Arrived): boolean {
  const definition = seam.host.definitions.get(seam.action)
  return definition?.kind === 'action' && definition.readBack !== 'none'
}

/** Asks until the authority can say, for as long as something unknown is read again. The recorded input counts, not a new one. */
export async function askAuthority(arrived: Arrived, intent: Intent): Promise<Settlement<JsonObject>> {
  const until = performance.now() + arrived.plan.unknownForMs
  for (;;) {
    arrived.seam.heartbeat()
    const settlement = await askOnce(arrived, intent)
    if (settlement.state !== 'unknown' || performance.now() >= until) return settlement
    await wait(ASK_AGAIN_MS)
  }
}

/** Whatever goes wrong with the question, its answer is unknown: it is asked for again, and never for ever. */
async function askOnce({ seam }: Arrived, intent: Intent): Promise<Settlement<JsonObject>> {
  const definition = seam.host.definitions.get(seam.action)
  if (definition?.kind !== 'action')
    return { state: 'unknown', detail: `this worker has no action \`${seam.action}\` to ask with` }
  try {
    const context = await contextOf(seam, definition, { idempotencyKey: intent.idempotencyKey })
    return checked(definition, await inTime(definition.settle(intent.input, context), context.signal))
  } catch (error) {
    return { state: 'unknown', detail: messageOf(error, 'the authority did not answer') }
  }
}

/** An output that breaks its contract, or that no record can carry, is as good as no answer: throws. */
export function checked(definition: AnyAction, said: Settlement<unknown> | undefined): Settlement<JsonObject> {
  switch (said?.state) {
    case 'done': {
      const output = parseOutput(definition, said.output)
      canonical(output)
      return { state: 'done', output }
    }
    case 'voided':
    case 'not-done':
      return { state: said.state }
    case 'unknown':
      return { state: 'unknown', detail: said.detail.toWellFormed() }
    default:
      return { state: 'unknown', detail: 'the authority’s answer says nothing of the effect' }
  }
}

/** A line that cannot be made is left out: the effect stays done. */
function liftOf({ seam }: Arrived, intent: Intent, output: JsonObject): { lift?: string } {
  const definition = seam.host.definitions.get(seam.action)
  try {
    const lift = definition?.kind === 'action' ? definition.lift?.(intent.input, output) : undefined
    return lift === undefined ? {} : { lift: lift.toWellFormed() }
  } catch {
    return {}
  }
}

function effectUnknown(arrived: Arrived, intent: Intent, detail: string): EffectResult {
  const { action } = arrived.seam
  const message = `nobody can say whether ${action} happened: ${detail}. It is not tried again; ${nextOf(arrived, intent)}`
  return { status: 'effect-unknown', message, evidence: {} }
}

/** Where there is an authority, it knows the key; where there is none, only the target itself shows what happened. */
function nextOf(arrived: Arrived, { idempotencyKey }: Intent): string {
  if (cannotBeAsked(arrived))
    return `look at the target by hand, and finish there what is left half done (the idempotency key was ${idempotencyKey})`
  return `ask the authority for the operation with the idempotency key ${idempotencyKey}`
}

function cannotBeAsked({ seam }: Arrived): boolean {
  const definition = seam.host.definitions.get(seam.action)
  return definition?.kind === 'action' && definition.readBack === 'none'
}
