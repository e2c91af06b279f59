import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { activityInfo } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { readBag } from '../../evidence/bag-folder.ts'
import { EvidenceConflict, EvidenceRefused } from '../../evidence/errors.ts'
import { publicKeyOf } from '../../evidence/keys.ts'
import { seal } from '../../evidence/seal.ts'
import type { Sealing } from '../../evidence/seal.ts'
import { verify } from '../../evidence/verify.ts'
import type { HistoryFacts, WorkflowRef } from '../../schemas/evidence.ts'
import type { Plan } from '../../schemas/plan.ts'
import type { SealRequest, SealResult } from '../../schemas/run.ts'
import type { SealInPieces } from '../core/pieces.ts'
import { alive } from './alive.ts'
import type { Leases } from './leases/leases.ts'
import type { Logger } from './log.ts'
import { togetherAgain } from './pieces.ts'
import { wholeRun } from './whole-run.ts'

/** What the sealing process works with. */
export interface SealingOffice {
  readonly sealing: Sealing
  readonly client: Client
  /** Folder of the catalogue, for the runbook's own text. */
  readonly catalogue: string
  readonly log: Logger
  /** Leases whose runs have ended are given back beside the sealing. */
  readonly leases?: Leases
}

/** Seals the run whose workflow asks for it: the execution that asks, and no other. */
export function sealActivity(office: SealingOffice): (request: SealRequest | SealInPieces) => Promise<SealResult> {
  return async (request) => {
    const { workflowExecution, workflowNamespace } = activityInfo()
    const { workflowId = '', runId: temporalRunId = '' } = workflowExecution ?? {}
    const workflow = { namespace: workflowNamespace ?? '', workflowId, temporalRunId }
    return alive(async () => sealRun(request, workflow, office))
  }
}

/** Fetches the history for itself, and seals. What can never be sealed is not tried again. */
export async function sealRun(
  told: SealRequest | SealInPieces,
  workflow: WorkflowRef,
  office: SealingOffice,
): Promise<SealResult> {
  const { runId } = told.admission.admission
  try {
    const asked = 'pieces' in told ? await together(told, runId, office) : told
    const { history, before } = await wholeRun(runId, workflow, { store: office.sealing.store, client: office.client })
    const [first] = asked.entries
    // What was kept, and was not handed over after all, is told twice.
    const earlier = before.filter(({ seq }) => first === undefined || seq < first.seq)
    const request = { ...asked, entries: [...earlier, ...asked.entries] }
    const sealed = await sealOnce(request, { history, ...(await textOf(request.plan, office.catalogue)) }, office)
    office.log.info({ run: runId, bundle: sealed.bundle, gaps: sealed.gaps.length }, 'sealed')
    return sealed
  } catch (error) {
    office.log.warn({ run: runId, problem: messageOf(error) }, 'not sealed')
    throw ApplicationFailure.create({
      message: messageOf(error),
      type: nameOf(error),
      nonRetryable: error instanceof EvidenceRefused,
    })
  }
}

/** What was too big to be told in one message lies in the intake. */
async function together({ pieces, ...rest }: SealInPieces, runId: string, office: SealingOffice): Promise<SealRequest> {
  const { outcome, entries } = await togetherAgain(office.sealing.store, runId, pieces)
  return { ...rest, outcome, entries } as unknown as SealRequest
}

/** A record that came late makes a second sealing differ: the bundle that is there stands, as long as it verifies. */
async function sealOnce(
  request: SealRequest,
  gathered: { readonly history: HistoryFacts },
  { sealing }: SealingOffice,
): Promise<SealResult> {
  try {
    return await seal(sealing, { ...request, ...gathered })
  } catch (error) {
    const standing =
      error instanceof EvidenceConflict ? await standingBundle(request.admission.admission.runId, sealing) : undefined
    if (standing === undefined) throw error
    return standing
  }
}

async function standingBundle(
  runId: string,
  { store, signer, admissionKeys }: Sealing,
): Promise<SealResult | undefined> {
  const bag = await readBag(store.bundlePath(runId))
  const trust = { sealing: [publicKeyOf(signer.publicPem, 'the sealing key')], admission: admissionKeys }
  const found = verify(bag, { trust, runId })
  if (found.verdict !== 'verified' || found.signed === undefined) return undefined
  return { bundle: store.bundlePath(runId), gaps: found.signed.predicate.gaps }
}

async function textOf(plan: Plan, catalogue: string): Promise<{ runbook: Buffer } | object> {
  const text = await readFile(join(catalogue, ...plan.runbook.file.name.split('/').slice(1))).catch(() => undefined)
  return text === undefined ? {} : { runbook: text }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'sealing failed'
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'SealingFailed'
}
