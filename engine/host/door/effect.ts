import { Conflict, Refused } from '../../../actions/define.ts'
import type { ActionContext, Settlement } from '../../../actions/define.ts'
import { contractDigest } from '../../../actions/contract.ts'
import { RequestRefused } from '../../../actions/net/place.ts'
import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import type { Recorded } from '../../../evidence/effects.ts'
import type { Intent } from '../../../schemas/evidence.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { Denial, EffectResult } from '../../../schemas/run.ts'
import type { Judged } from './judgement.ts'
import { isCarriable, messageOf } from '../carriable.ts'
import { inTime } from '../in-time.ts'
import { lastLook } from './last-look.ts'
import type { Hindrance } from './last-look.ts'
import { contextOf } from './open.ts'
import type { Pass } from './open.ts'
import { PassAgain } from './pass-again.ts'
import { frameOf, noIntent, passesOf, record, recordDenial } from './records.ts'
import { askAuthority, checked, closeIntent } from './settle.ts'

type Passed = Judged & { readonly kind: 'pass' }

/** So many intents of one step may come to nothing before the step fails. */
const TRIES = 3

/** Intent, last look, effect, read-back, receipt. Nothing happens without the intent on disk (G5). */
export async function carryOutEffect(pass: Pass, passed: Passed): Promise<EffectResult> {
  const intent = await recordIntent(pass, passed)
  if ('denial' in intent) return { status: 'denied', denial: intent.denial, evidence: {} }
  // What takes time, such as asking for a secret, comes before the last look: nothing lies between that and the effect.
  const ready = await prepare(pass, intent.value, passed.fencing)
  const signal = 'failure' in ready ? pass.seam.cancelled : ready.context.signal
  const hindrance = await lastLook(pass, { deadline: passed.deadline, signal }, intent)
  if (hindrance !== undefined) return leaveIt(pass, { intent, facts: passed.facts, hindrance })
  const reply = 'failure' in ready ? ready : await perform(pass, ready.context)
  const settlement = await settlementAfter(pass, intent, reply)
  const closed = await closeIntent(pass, { intent, settlement })
  return closed ?? afterNothing(pass, intent, 'failure' in reply ? reply.failure : undefined)
}

async function recordIntent(pass: Pass, passed: Passed): Promise<Recorded<Intent> | { denial: Denial }> {
  try {
    const value = intentOf(pass, passed)
    const { digest, refs } = await record(pass, 'intent', value)
    return { name: Object.keys(refs)[0] ?? '', digest, value }
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return { denial: noIntent(error) }
    throw error
  }
}

function intentOf(pass: Pass, { facts, verdicts, expected }: Passed): Intent {
  return {
    ...frameOf(pass),
    planDigest: pass.admission.planDigest,
    action: pass.seam.action,
    contractDigest: contractDigest(pass.contract),
    effects: pass.guarded,
    input: pass.input,
    idempotencyKey: keyOf(pass),
    facts,
    verdicts,
    ...(expected === undefined ? {} : { expected }),
  }
}

/**
 * One key for all tries of a round, so that nothing happens twice; a new one only where the authority has burnt the last, so that
 * a request which was lost on the way can never arrive after all.
 */
function keyOf(pass: Pass): string {
  const burnt = pass.earlier.filter(
    ({ activity, settled }) => activity === pass.seam.activity && settled?.value.detail === 'voided',
  )
  return [pass.admission.runId, pass.id, pass.round, ...(burnt.length === 0 ? [] : [burnt.length])].join('/')
}

/** Gives the intent up, before anything was sent: a denial ends the step, anything else lets the pass begin again. */
async function leaveIt(
  pass: Pass,
  { intent, facts, hindrance }: { intent: Recorded<Intent>; facts: Passed['facts']; hindrance: Hindrance },
): Promise<EffectResult> {
  await closeIntent(pass, { intent, settlement: { state: 'not-done' } })
  const { denial, again } = hindrance
  if (again !== undefined && (await triesOf(pass)) < TRIES) throw new PassAgain(again)
  return { status: 'denied', denial, evidence: await recordDenial(pass, { denial, facts }) }
}

interface Failed {
  readonly failure: unknown
}
type Reply = { readonly output: unknown } | Failed

async function prepare(
  { seam, definition }: Pass,
  { idempotencyKey }: Intent,
  fencing: Passed['fencing'],
): Promise<{ readonly context: ActionContext } | Failed> {
  try {
    const context = await contextOf(seam, definition, { idempotencyKey, fencing })
    if (definition.endsWithAttempt !== true) return { context }
    return { context: { ...context, signal: AbortSignal.any([context.signal, seam.cancelled]) } }
  } catch (error) {
    return { failure: error ?? new Error('the action has no connection') }
  }
}

async function perform({ definition, input }: Pass, context: ActionContext): Promise<Reply> {
  try {
    return { output: await inTime(definition.perform(input, context), context.signal) }
  } catch (error) {
    return { failure: error ?? new Error('the action failed') }
  }
}

/** What was surely not sent, or surely refused, needs no question; everything else is read back from the authority (G9). */
async function settlementAfter(pass: Pass, intent: Recorded<Intent>, reply: Reply): Promise<Settlement<JsonObject>> {
  if ('output' in reply && pass.definition.readBack === 'none') return believed(pass, reply.output)
  const failure = 'failure' in reply ? reply.failure : undefined
  if (failure instanceof RequestRefused) return { state: 'not-done' }
  const settlement = await askAuthority(pass, intent.value)
  if (settlement.state !== 'unknown') return settlement
  if (failure instanceof Refused) return { state: 'not-done' }
  if (!('failure' in reply) || pass.definition.readBack !== 'none') return settlement
  return { state: 'unknown', detail: `${seenOf(pass, failure)}; ${settlement.detail}` }
}

/** Where nobody can be asked, what was seen of the end is all that a person has to go by. */
function seenOf({ seam }: Pass, failure: unknown): string {
  if (failure instanceof Error && failure.name === 'TimeoutError') return 'its time was over before it had ended'
  if (seam.cancelled.aborted && failure === seam.cancelled.reason)
    return 'it was ended, because the run was cancelled or the worker stopped'
  return messageOf(failure, 'it failed')
}

/** Where the target cannot be asked, its reply is all that there is, as long as it keeps its contract. */
function believed({ definition }: Pass, output: unknown): Settlement<JsonObject> {
  try {
    return checked(definition, { state: 'done', output })
  } catch (error) {
    return { state: 'unknown', detail: messageOf(error, 'the reply breaks its contract') }
  }
}

/** The authority says that nothing happened: a lost write goes back to the readings, a refusal fails, anything else is tried again. */
async function afterNothing(pass: Pass, intent: Recorded<Intent>, failure: unknown): Promise<EffectResult> {
  const evidence = { [intent.name]: intent.digest }
  if (failure instanceof Conflict)
    return {
      status: 'conflict',
      expected: intent.value.expected ?? null,
      found: isCarriable(failure.found) ? failure.found : null,
      evidence,
    }
  const message = messageOf(failure, 'the authority knows nothing of the effect')
  if (failure instanceof Refused || failure instanceof RequestRefused) return { status: 'failed', message, evidence }
  const tries = await triesOf(pass)
  if (tries < TRIES) throw new PassAgain(message)
  return { status: 'failed', message: `tried ${tries} times: ${message}`, evidence }
}

async function triesOf(pass: Pass): Promise<number> {
  return (await passesOf(pass)).filter(({ intent }) => intent !== undefined).length
}
