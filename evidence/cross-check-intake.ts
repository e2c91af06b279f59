import type { HistoryActivity, Intent, Receipt } from '../schemas/evidence.ts'
import type { Json } from '../schemas/json.ts'
import type { EffectResult } from '../schemas/run.ts'
import { digestOf } from './digest.ts'
import { parseEffect, parseEffectName } from './effects.ts'
import type { EffectKind, EffectRecords } from './effects.ts'
import type { Finding } from './finding.ts'
import { contradiction, gap } from './finding.ts'
import { isDone } from './effect-status.ts'
import { parseCanonical } from './parse-canonical.ts'
import type { RunRecord } from './record.ts'

/** Holds the files of the door against each other and against what the history returned of them. */
export function checkIntake(run: RunRecord): Finding[] {
  const { intents, receipts, settled, broken } = sortIntake(run.intake)
  const byDigest = new Map(intents.map((intent) => [intent.digest, intent]))
  const ended = run.history.activities.filter(isEffect)
  const named = new Set(ended.flatMap(({ result }) => Object.keys(result.evidence)))
  return [
    ...broken.map((name) => contradiction(`the record ${name} cannot be read`)),
    ...ended.flatMap((activity) => checkReferences(run, activity)),
    ...intents.flatMap((intent) => checkIntent(run, intent)),
    ...receipts.flatMap((receipt) => checkReceipt(receipt, byDigest.get(receipt.value.intentDigest))),
    ...receipts.filter(({ name }) => !named.has(name)).map(({ name }) => gap(`${name} is unknown to the history`)),
    ...openOnes(intents, [...receipts, ...settled], ended).map(({ name }) =>
      gap(`nothing tells what became of ${name}`),
    ),
  ]
}

type EffectActivity = HistoryActivity & { readonly result: EffectResult & Json }

interface Found<T> {
  readonly name: string
  readonly digest: string
  readonly value: T
}

interface Sorted {
  readonly intents: Found<Intent>[]
  readonly receipts: Found<Receipt>[]
  readonly settled: Found<EffectRecords['settled']>[]
  readonly broken: string[]
}

function sortIntake(intake: ReadonlyMap<string, Buffer>): Sorted {
  const sorted: Sorted & { denials: Found<EffectRecords['denial']>[] } = {
    intents: [],
    receipts: [],
    settled: [],
    denials: [],
    broken: [],
  }
  const places = { intent: sorted.intents, receipt: sorted.receipts, settled: sorted.settled, denial: sorted.denials }
  for (const [name, bytes] of intake) {
    const kind = parseEffectName(name)?.kind
    if (kind === undefined) continue
    const value = readOrNothing(kind, bytes, name)
    if (value === undefined) sorted.broken.push(name)
    else (places[kind] as Found<unknown>[]).push({ name, digest: digestOf(bytes), value })
  }
  return sorted
}

/** A record whose name tells another pass than its content is as good as unreadable. */
function readOrNothing<K extends EffectKind>(kind: K, bytes: Buffer, name: string): EffectRecords[K] | undefined {
  try {
    parseCanonical(bytes, name)
    const value = parseEffect(kind, bytes, name)
    const told = parseEffectName(name)
    return told?.activity === value.activity && told.attempt === value.attempt ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether an activity passed the door: it answered with a status, and with its records. */
export function isEffect(activity: HistoryActivity): activity is EffectActivity {
  const result = activity.result as Partial<EffectResult> | null | undefined
  return (
    typeof result === 'object' &&
    result !== null &&
    typeof result.status === 'string' &&
    typeof result.evidence === 'object' &&
    // TypeScript knows of no null there; what comes from Temporal may be anything.
    (result.evidence as object | null) !== null
  )
}

function checkReferences({ intake }: RunRecord, { activityId, result }: EffectActivity): Finding[] {
  const named = Object.entries(result.evidence).flatMap(([name, digest]) => {
    const bytes = intake.get(name)
    if (bytes === undefined) return [gap(`${name}, which ${activityId} returned, is absent`)]
    return digestOf(bytes) === digest ? [] : [contradiction(`${name} is not the record that ${activityId} returned`)]
  })
  const hasReceipt = Object.keys(result.evidence).some((name) => parseEffectName(name)?.kind === 'receipt')
  return isDone(result) && !hasReceipt ? [...named, gap(`${activityId} is done without a receipt`)] : named
}

function checkIntent({ admission }: RunRecord, { name, value }: Found<Intent>): Finding[] {
  const { runId, planDigest } = admission.admission
  if (value.runId === runId && value.planDigest === planDigest) return []
  return [contradiction(`${name} belongs to another run or Plan`)]
}

function checkReceipt({ name, value }: Found<Receipt>, intent: Found<Intent> | undefined): Finding[] {
  if (intent?.value.runId === value.runId && intent.value.step === value.step) return []
  return [contradiction(`${name} is for no intent of its step`)]
}

/** Intents that neither a receipt, nor a settlement, nor the end of their activity accounts for. */
function openOnes(
  intents: readonly Found<Intent>[],
  closing: readonly { readonly value: { readonly intentDigest: string } }[],
  ended: readonly EffectActivity[],
): Found<Intent>[] {
  const closed = new Set(closing.map(({ value }) => value.intentDigest))
  const told = new Set(ended.filter(({ result }) => !isDone(result)).map(({ activityId }) => activityId))
  return intents.filter(({ digest, value }) => !closed.has(digest) && !told.has(value.activity))
}
