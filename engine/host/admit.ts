import { setTimeout as wait } from 'node:timers/promises'
import { jsonBytes, jsonDigest } from '../../evidence/digest.ts'
import { EvidenceUnavailable } from '../../evidence/errors.ts'
import type { StartRecord } from '../../schemas/evidence.ts'
import type { AdmissionResult, AdmitRequest, Denial } from '../../schemas/run.ts'
import { admittedHere } from './admission.ts'
import type { Execution } from './admission.ts'
import { STARTED } from '../../evidence/start.ts'
import { readStart } from './door/records.ts'
import type { Host } from './host.ts'
import { reasonToRefuse } from './reason-to-refuse.ts'

/** How long the evidence store may be away before a run is refused. */
const STORE_PATIENCE_MS = 5_000

/**
 * The first step of every run (G25, G29): is this admission ours, does the Plan in the workflow's input have the digest that was
 * admitted, do the subjects exist, can the evidence be written? `run.started` is on disk before anything else happens, and
 * says once and for all whether the run was admitted.
 */
export async function admitRun(request: AdmitRequest, execution: Execution, host: Host): Promise<AdmissionResult> {
  const foreign = await foreignness(request, execution, host)
  if (foreign !== undefined) return { admitted: false, foreign }
  try {
    const before = await startOf(request, host)
    const denial = before === undefined ? await reasonToRefuse(request, host) : before.denial
    const start =
      before ?? (await recordDecision(request, { execution, host, ...(denial === undefined ? {} : { denial }) }))
    if (start.workflow.temporalRunId !== execution.temporalRunId)
      return { admitted: false, foreign: 'this admission has been used by another execution' }
    return start.denial === undefined ? { admitted: true } : { admitted: false, denial: start.denial }
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return { admitted: false, denial: noStore(error) }
    throw error
  }
}

/** Records the start of a run whose store was away at its admission: refused, since nothing could be recorded. */
export async function recordStart(request: AdmitRequest, execution: Execution, host: Host): Promise<void> {
  if ((await foreignness(request, execution, host)) !== undefined) return
  if ((await startOf(request, host)) !== undefined) return
  const denial: Denial = {
    by: 'evidence',
    unknown: false,
    message: 'the evidence store took nothing when this run was admitted',
    verdicts: [],
    next: 'start it again',
  }
  await recordDecision(request, { execution, host, denial })
}

async function foreignness(
  { admission, plan }: AdmitRequest,
  execution: Execution,
  host: Host,
): Promise<string | undefined> {
  const admitted = await admittedHere(admission, execution, host)
  if ('foreign' in admitted) return admitted.foreign
  if (jsonDigest(plan) !== admission.admission.planDigest)
    return 'the Plan of this run is not the one that was admitted'
  return undefined
}

async function startOf({ admission }: AdmitRequest, host: Host): Promise<StartRecord | undefined> {
  const until = performance.now() + STORE_PATIENCE_MS
  for (;;) {
    try {
      await host.store.probe()
      return await readStart(host.store, admission.admission.runId)
    } catch (error) {
      if (!(error instanceof EvidenceUnavailable) || performance.now() >= until) throw error
      await wait(500)
    }
  }
}

async function recordDecision(
  { admission: signed }: AdmitRequest,
  at: { execution: Execution; host: Host; denial?: Denial },
): Promise<StartRecord> {
  const { admission } = signed
  const start: StartRecord = {
    runId: admission.runId,
    workflow: at.execution,
    admissionDigest: jsonDigest(signed),
    planDigest: admission.planDigest,
    catalogueDigest: admission.catalogueDigest,
    admitted: at.denial === undefined,
    ...(at.denial === undefined ? {} : { denial: at.denial }),
    at: new Date().toISOString(),
  }
  await at.host.store.putOnce(admission.runId, STARTED, jsonBytes(start))
  return start
}

function noStore(error: EvidenceUnavailable): Denial {
  return {
    by: 'evidence',
    unknown: false,
    message: `no evidence, no run: ${error.message}`,
    verdicts: [],
    next: error.hint,
  }
}
