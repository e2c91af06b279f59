import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Admission, ClaimRequest, Grounds } from '../../../schemas/run.ts'
import { siteOf } from '../../core/rules.ts'
import type { PassSeam } from './arrive.ts'
import { claimedOf } from './claimed.ts'
import { strangeFact } from './grounds-facts.ts'
import { endOf, levelOf, locate, plansAround, startOf, topLevel } from './instance.ts'
import type { Level } from './instance.ts'
import { Known } from './known.ts'
import { ledgerOf, NO_BALLOT } from './ledger.ts'
import type { Ledger, Wanted } from './ledger.ts'
import { arePlanned } from './planned-claims.ts'
import type { Judging } from './rules.ts'

/** A claim of an admitted run, or of a runbook that it called, ready to be judged. */
export type Claiming = Omit<Judging, 'seam' | 'run'> & {
  readonly seam: PassSeam
  readonly plan: Plan
  readonly admission: Admission
}

const NO_GROUNDS: Grounds = { facts: {}, decisions: {}, votes: [] }

/** Who claims, and where; undefined where these are not the claims that the Plan makes with this outcome. */
export async function claimingOf(
  request: ClaimRequest,
  by: { readonly plan: Plan; readonly admission: Admission; readonly seam: PassSeam },
): Promise<Claiming | undefined> {
  const end = request.outcome.lastIndexOf('.')
  const name = request.outcome.slice(end + 1)
  const level = end < 0 ? topLevel(by.plan) : calledLevel(by.plan, request.outcome.slice(0, end))
  if (level === undefined) return undefined
  const at = endOf(startOf(level))
  const { grounds: given = NO_GROUNDS } = request
  const ledger = (await readLedger(by.seam, by.admission, { ...by, votes: given.votes })) ?? UNREADABLE
  const claimed = claimedOf(by.seam.host, { ...by, ledger, grounds: given })
  const known = new Known(claimed)
  const facts = strangeFact(claimed, at, known) === undefined ? claimed.grounds.facts : {}
  const claimant = { runId: by.admission.runId, plan: level.plan, scope: known.scopeAt(at, facts) }
  if (!arePlanned(name, request.claims, claimant)) return undefined
  const { grounds, requesters, planDigest } = claimed
  const site = `${siteOf(level.prefix)}outcome:${name}`
  return { ...by, plans: plansAround(at), site, id: request.outcome, grounds, requesters, planDigest }
}

function calledLevel(plan: Plan, call: string): Level | undefined {
  const located = locate(plan, call)
  return located === undefined || located.undo ? undefined : levelOf(located.instance)
}

const UNREADABLE: Ledger = {
  done: new Map(),
  called: new Map(),
  effects: [],
  ballot: NO_BALLOT,
}

/** The records of a run; undefined where they cannot be read, and so nobody can say what it has done. */
export async function readLedger(
  { host }: PassSeam,
  { runId }: Pick<Admission, 'runId'>,
  wanted: Wanted,
): Promise<Ledger | undefined> {
  try {
    return await ledgerOf(host.store, runId, wanted)
  } catch (error) {
    if (error instanceof EvidenceUnavailable) return undefined
    throw error
  }
}
