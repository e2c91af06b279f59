import type { DenialRecord, Intent, Receipt, Settled } from '../schemas/evidence.ts'
import { denialRecordSchema, intentSchema, receiptSchema, settledSchema } from '../schemas/evidence.ts'
import { digestOf, jsonBytes } from './digest.ts'
import { EvidenceError } from './errors.ts'
import { RecentRecords } from './recent-records.ts'
import type { EvidenceStore } from './store.ts'

/** What one pass of the door may leave, each as one file `<activity>@<attempt>.<kind>.json`. */
export interface EffectRecords {
  readonly intent: Intent
  readonly receipt: Receipt
  readonly denial: DenialRecord
  readonly settled: Settled
}

export type EffectKind = keyof EffectRecords

/** A record with the name and the digest of its file, as they travel back through the history. */
export interface Recorded<T> {
  readonly name: string
  readonly digest: string
  readonly value: T
}

/** One pass of the door, with the records that it has. */
export type PassFiles = {
  readonly activity: string
  readonly attempt: number
} & { readonly [K in EffectKind]?: Recorded<EffectRecords[K]> }

const SCHEMAS: { readonly [K in EffectKind]: { parse(value: unknown): EffectRecords[K] } } = {
  intent: intentSchema,
  receipt: receiptSchema,
  denial: denialRecordSchema,
  settled: settledSchema,
}

/** Records one file of a pass, durably and once. */
export async function recordEffect<K extends EffectKind>(
  store: EvidenceStore,
  kind: K,
  value: EffectRecords[K],
): Promise<Recorded<EffectRecords[K]>> {
  const name = effectName(value.activity, value.attempt, kind)
  const bytes = jsonBytes(value)
  await store.putOnce(value.runId, name, bytes)
  const record = { name, digest: digestOf(bytes), value }
  recentIn(store).keep(value.runId, record)
  return record
}

/** The passes of a step, every round and attempt of it, oldest attempt first in each round. */
export async function effectFiles(store: EvidenceStore, runId: string, step: string): Promise<PassFiles[]> {
  return (await allPasses(store, runId, (other) => other === step)).get(step) ?? []
}

/** The passes of every step of a run that has some, by the step's instance. */
export async function allPasses(
  store: EvidenceStore,
  runId: string,
  wanted: (step: string) => boolean = () => true,
): Promise<Map<string, PassFiles[]>> {
  const passes = new Map<string, PassFiles>()
  const names = wantedAmong(await store.list(runId), wanted)
  const records = await recordsOf(store, runId, names)
  for (const { name, activity, attempt, kind } of names) {
    const record = records.get(name)
    if (record === undefined) continue
    const key = `${activity}@${attempt}`
    passes.set(key, { activity, attempt, ...passes.get(key), [kind]: record })
  }
  return grouped([...passes.values()])
}

/** A step has many records. */
function wantedAmong(names: readonly string[], wanted: (step: string) => boolean) {
  const asked = new Map<string, boolean>()
  return names.flatMap((name) => {
    const at = parseEffectName(name)
    if (at === undefined) return []
    const step = stepOf(at.activity)
    const isWanted = asked.get(step) ?? wanted(step)
    asked.set(step, isWanted)
    return isWanted ? [{ name, ...at }] : []
  })
}

function grouped(passes: readonly PassFiles[]): Map<string, PassFiles[]> {
  const ordered = [...passes].sort((a, b) => roundOf(a.activity) - roundOf(b.activity) || a.attempt - b.attempt)
  return Map.groupBy(ordered, ({ activity }) => stepOf(activity))
}

/** A record never changes once it has its name, so each is read and checked once. */
const known = new WeakMap<EvidenceStore, RecentRecords>()

function recentIn(store: EvidenceStore): RecentRecords {
  const recent = known.get(store) ?? new RecentRecords()
  known.set(store, recent)
  return recent
}

/** The records of these names; what was never written whole is none. */
async function recordsOf(
  store: EvidenceStore,
  runId: string,
  names: readonly { readonly name: string }[],
): Promise<ReadonlyMap<string, Recorded<unknown>>> {
  const recent = recentIn(store)
  // While others are read, those that are known may be forgotten.
  const known = recent.of(runId)
  const unread = names.filter(({ name }) => !known.has(name))
  if (unread.length === 0) return known
  const read = await Promise.all(unread.map(async ({ name }) => recorded(store, runId, name)))
  const found = read.filter((record) => record !== undefined)
  for (const record of found) recent.keep(runId, record)
  return new Map([...known, ...found.map((record) => [record.name, record] as const)])
}

/** The passes whose effect may have happened and is not accounted for: they are settled before anything else (G1). */
export function openIntents(passes: readonly PassFiles[]): PassFiles[] {
  return passes.filter(
    ({ intent, settled }) =>
      intent !== undefined && !isReceipted(intent.digest, passes) && settled?.value.state !== 'not-done',
  )
}

/** The kind, activity and attempt that a file's name tells; undefined for other files of the intake. */
export function parseEffectName(name: string): { activity: string; attempt: number; kind: EffectKind } | undefined {
  const [, activity, attempt, kind] = /^(.+)@([1-9]\d*)\.(intent|receipt|denial|settled)\.json$/.exec(name) ?? []
  if (activity === undefined) return undefined
  return { activity, attempt: Number(attempt), kind: kind as EffectKind }
}

function effectName(activity: string, attempt: number, kind: EffectKind): string {
  return `${activity}@${attempt}.${kind}.json`
}

function isReceipted(intentDigest: string, passes: readonly PassFiles[]): boolean {
  return passes.some(({ receipt }) => receipt?.value.intentDigest === intentDigest)
}

async function recorded(store: EvidenceStore, runId: string, name: string): Promise<Recorded<unknown> | undefined> {
  const bytes = await store.read(runId, name)
  const { kind } = parseEffectName(name) ?? {}
  if (bytes === undefined) return undefined
  if (kind === undefined) throw unreadable(name)
  const value = parseEffect(kind, bytes, name)
  if (value.runId !== runId || effectName(value.activity, value.attempt, kind) !== name) throw unreadable(name)
  return { name, digest: digestOf(bytes), value }
}

/** Reads one record of a pass from the bytes of its file; throws where it is not one. */
export function parseEffect<K extends EffectKind>(kind: K, bytes: Buffer, name: string): EffectRecords[K] {
  try {
    return SCHEMAS[kind].parse(JSON.parse(bytes.toString('utf8')))
  } catch (cause) {
    throw unreadable(name, cause)
  }
}

function unreadable(name: string, cause?: unknown): EvidenceError {
  return new EvidenceError(
    `the record ${name} cannot be read`,
    'look at the file: the engine never writes such a one',
    cause,
  )
}

function stepOf(activity: string): string {
  return activity.replace(/#\d+$/, '')
}

function roundOf(activity: string): number {
  return Number(/#(\d+)$/.exec(activity)?.[1] ?? 1)
}
