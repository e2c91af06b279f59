import { setTimeout as wait } from 'node:timers/promises'
import { claimName } from '../../../evidence/claims.ts'
import { jsonBytes, jsonDigest } from '../../../evidence/digest.ts'
import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import type { ClaimRequest, ClaimResult, Denial, Verdict } from '../../../schemas/run.ts'
import type { ClaimRecord } from '../../../schemas/evidence.ts'
import type { FactRecord } from '../../../schemas/fact.ts'
import type { RunSoFar } from '../../core/rules.ts'
import { admittedHere, admittedPlan } from '../admission.ts'
import type { Admitted } from '../admission.ts'
import type { PassSeam } from './arrive.ts'
import { claimingOf, readLedger } from './claiming.ts'
import type { Claiming } from './claiming.ts'
import { PassReadings } from './pass-readings.ts'
import { judgeEffects } from './rules.ts'
import { runSoFar } from './run-so-far.ts'

/** How long unknown facts are read again, at a time. */
const REREAD_MS = 1_000

/**
 * Says how a run ended: a claim is an effect, and the rules guard it (G20, form 5). It changes nothing outside, so neither
 * emergency stop nor change window holds it back; what is claimed is recorded with its verdicts.
 */
export async function passClaim(request: ClaimRequest, seam: PassSeam): Promise<ClaimResult> {
  const admitted = await admittedRun(request, seam)
  if ('foreign' in admitted) return refused(admitted.foreign)
  const claiming = await claimingOf(request, { ...admitted, seam })
  if ('astray' in claiming) return refused(claiming.astray)
  return judgeUntilKnown(request, claiming)
}

/** Without a store that can be read, the admission alone must do: nothing is changed, and the sealing looks at the start again. */
async function admittedRun({ admission }: ClaimRequest, { workflow, host }: PassSeam): Promise<Admitted> {
  try {
    return await admittedPlan(admission, workflow, host)
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return admittedHere(admission, workflow, host)
    throw error
  }
}

interface Judged {
  readonly facts: readonly FactRecord[]
  readonly verdicts?: readonly Verdict[]
}

async function judgeUntilKnown(request: ClaimRequest, claiming: Claiming): Promise<ClaimResult> {
  const until = performance.now() + claiming.plan.unknownForMs
  for (;;) {
    claiming.seam.heartbeat()
    const readings = new PassReadings(claiming.seam.host, claiming.admission.runId)
    const run = await runNow(claiming)
    const { verdicts, denial } = await judgeEffects({ ...claiming, run }, request.claims, readings)
    const facts = readings.taken()
    if (denial === undefined) return say(request, claiming, { verdicts, facts })
    if (!denial.unknown || performance.now() >= until)
      return { status: 'denied', denial, facts, evidence: await recordClaim(request, claiming, { denial, facts }) }
    await wait(REREAD_MS)
  }
}

/** A success of which nothing can be recorded is not said. */
async function say(request: ClaimRequest, claiming: Claiming, found: Required<Judged>): Promise<ClaimResult> {
  const evidence = await recordClaim(request, claiming, found)
  const recorded = Object.keys(evidence).length > 0
  const success = request.claims.some(({ effect }) => effect.startsWith('claim.succeeded'))
  if (recorded || !success) return { status: 'said', ...found, evidence }
  return { status: 'denied', denial: noRecord(), facts: found.facts, evidence }
}

/** Receipts that cannot be read leave open what the run has done: a rule that asks for it is unknown. */
async function runNow({ plan, admission, seam }: Claiming): Promise<RunSoFar> {
  return runSoFar(admission, [plan], (await readLedger(seam, admission, { plan, votes: [] }))?.effects)
}

/** What was claimed lies in the evidence as the worker found it; a store that takes nothing leaves it to the history. */
async function recordClaim(
  request: ClaimRequest,
  { seam, admission: { runId } }: Claiming,
  found: Judged & { readonly denial?: Denial },
): Promise<Record<string, string>> {
  const name = claimName(seam.activity, seam.attempt)
  const value: ClaimRecord = {
    runId,
    activity: seam.activity,
    outcome: request.outcome,
    claims: request.claims,
    ...found,
    at: new Date().toISOString(),
  }
  try {
    await seam.host.store.putOnce(runId, name, jsonBytes(value))
    return { [name]: jsonDigest(value) }
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return {}
    throw error
  }
}

function noRecord(): Denial {
  return {
    by: 'evidence',
    unknown: false,
    message: 'no evidence, no success: the evidence store took no record of the claim',
    verdicts: [],
    next: 'make the evidence store writable; the run is sealed then, and tells what it did',
  }
}

function refused(message: string): ClaimResult {
  const denial: Denial = {
    by: 'admission',
    unknown: false,
    message,
    verdicts: [],
    next: 'start the runbook through Runproof',
  }
  return { status: 'denied', denial, facts: [], evidence: {} }
}
