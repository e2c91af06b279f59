import type { Custody } from '../schemas/bundle.ts'
import type { HistoryFacts, StartRecord } from '../schemas/evidence.ts'
import type { RunEntry, SealRequest, SealResult } from '../schemas/run.ts'
import { ATTESTATION, MANIFEST, isPayloadPath, manifestOf, unsignedTagFiles } from './bag.ts'
import { readBag } from './bag-folder.ts'
import { digestOf, jsonBytes, jsonDigest, sameJson, sha256 } from './digest.ts'
import { attest } from './dsse.ts'
import { EvidenceConflict, EvidenceRefused } from './errors.ts'
import type { PublicKey, Signer } from './keys.ts'
import { verifyJson } from './keys.ts'
import { layOut } from './record.ts'
import type { RunRecord } from './record.ts'
import { predicateOf, writeStatement } from './statement.ts'
import { STARTED, parseStart } from './start.ts'
import type { EvidenceStore } from './store.ts'
import { tooLarge } from './too-large.ts'

/** The sealing process: its own key, its own way to the intake. */
export interface Sealing {
  readonly store: EvidenceStore
  readonly signer: Signer
  /** Who may have admitted a run. */
  readonly admissionKeys: readonly PublicKey[]
  readonly custody: Custody
}

/** What the workflow asks to have sealed, with the history that the sealing fetched for itself. */
export interface SealInput extends SealRequest {
  readonly history: HistoryFacts
  /** The runbook's text, where it is at hand. */
  readonly runbook?: Buffer
}

/**
 * Seals a run: builds its bundle from the sealing's own intake and the history, signs it, and publishes it whole.
 * The same run sealed again gives the same bundle. Refuses what did not start as it is told: it is no signing oracle (G27).
 */
export async function seal(sealing: Sealing, input: SealInput): Promise<SealResult> {
  const run = await gather(sealing, input)
  const predicate = predicateOf(run, sealing.custody)
  const payload = laidOut(run)
  const manifest = manifestOf(payload)
  const statement = writeStatement(predicate, manifest)
  const files = new Map([
    ...payload,
    ...unsignedTagFiles(payload, predicate),
    [MANIFEST, manifest] as const,
    [ATTESTATION, await attest(sealing.signer, statement)] as const,
  ])
  await publish(sealing.store, predicate.runId, files)
  const gaps = [...predicate.gaps, ...predicate.contradictions.map((text) => `contradiction: ${text}`)]
  return { bundle: sealing.store.bundlePath(predicate.runId), statement: digestOf(statement), gaps }
}

/** Names that a workflow made up lead nowhere. */
function laidOut(run: RunRecord): Map<string, Buffer> {
  const payload = readable(run, () => layOut(run))
  const strange = [...payload.keys()].find((path) => !isPayloadPath(path))
  if (strange !== undefined) throw refused(run.started.runId, `${JSON.stringify(strange)} can be no file of a bundle`)
  const large = tooLarge(payload)
  if (large !== undefined) throw refused(run.started.runId, large)
  return payload
}

/** A workflow can hand over anything in the place of its entries. */
function readable<T>({ started }: RunRecord, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof TypeError) throw refused(started.runId, 'what it handed over has not the shape of its kind')
    throw cause
  }
}

async function gather(sealing: Sealing, input: SealInput): Promise<RunRecord> {
  const admissionKey = admittedBy(sealing, input)
  const { raw, ...history } = input.history
  const intake = await readIntake(sealing.store, input.admission.admission.runId)
  const { admission, plan, outcome, entries, startedAt, finishedAt } = input
  return {
    ...{ admission, plan, outcome, entries, startedAt, finishedAt, history, intake },
    started: startOf(input, intake),
    events: eventBytes(input, raw),
    keys: { sealing: sealing.signer.publicPem, admission: admissionKey.pem },
    ...textOf(input),
  }
}

/** Many executions of a heavy run may have more history together than one text can hold. */
function eventBytes({ admission }: SealInput, raw: unknown): Buffer {
  try {
    return jsonBytes(raw)
  } catch (cause) {
    if (cause instanceof RangeError) throw refused(admission.admission.runId, 'its history is larger than any bundle')
    throw cause
  }
}

function admittedBy({ admissionKeys }: Sealing, { admission, plan, entries }: SealInput): PublicKey {
  const key = verifyJson(admissionKeys, admission.admission, admission.signature)
  if (key === undefined)
    throw refused(admission.admission.runId, 'its admission is not signed by an admission key of this installation')
  if (jsonDigest(plan) !== admission.admission.planDigest)
    throw refused(admission.admission.runId, 'its Plan is not the one that was admitted')
  if (entries.some((entry, place) => (entry as RunEntry | null)?.seq !== place))
    throw refused(admission.admission.runId, 'its entries are not numbered without a break')
  return key
}

async function readIntake(store: EvidenceStore, runId: string): Promise<Map<string, Buffer>> {
  const intake = new Map<string, Buffer>()
  for (const name of await store.list(runId)) {
    const bytes = await store.read(runId, name)
    if (bytes !== undefined) intake.set(name, bytes)
  }
  return intake
}

/** The run started here, with this admission, in the very workflow whose history was fetched. */
function startOf({ admission, history }: SealInput, intake: ReadonlyMap<string, Buffer>): StartRecord {
  const { runId } = admission.admission
  const bytes = intake.get(STARTED)
  if (bytes === undefined) throw refused(runId, 'nothing recorded its start')
  const started = parseStart(bytes)
  if (started.runId !== runId || started.admissionDigest !== jsonDigest(admission))
    throw refused(runId, 'it was started with another admission')
  if (!sameJson(started.workflow, history.workflow)) throw refused(runId, 'it was started in another workflow')
  return started
}

/** A text that is not the one that was compiled is no evidence of this run. */
function textOf({ plan, runbook }: SealInput): { runbook: Buffer } | object {
  return runbook !== undefined && plan.runbook.file.digest.endsWith(sha256(runbook)) ? { runbook } : {}
}

/** Of two sealings of one run the first stands; the second finds the same, or says that it does not. */
async function publish(store: EvidenceStore, runId: string, files: ReadonlyMap<string, Buffer>): Promise<void> {
  if (await store.publish(runId, files)) return
  const there = await readBag(store.bundlePath(runId))
  const differing = [...new Set([...files.keys(), ...there.files.keys()])].filter(
    (path) => !same(files.get(path), there.files.get(path)),
  )
  if (differing.length === 0 && there.odd.length === 0) return
  throw new EvidenceConflict(
    `run ${runId} is already sealed, and otherwise: ${[...differing, ...there.odd.map(({ path }) => path)].slice(0, 5).join(', ')}`,
    'a bundle never changes: verify the one that is there',
  )
}

function same(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one !== undefined && other !== undefined && one.equals(other)
}

function refused(runId: string, why: string): EvidenceRefused {
  return new EvidenceRefused(
    `run ${runId} is not sealed: ${why}`,
    'only runs that were admitted and recorded here are sealed',
  )
}
