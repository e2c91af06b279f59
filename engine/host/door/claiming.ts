import { EvidenceUnavailable } from '../../../evidence/errors.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Admission, ClaimRequest, Grounds } from '../../../schemas/run.ts'
import { siteOf } from '../../core/rules.ts'
import type { PassSeam } from './arrive.ts'
import { claimedOf } from './claimed.ts'
import type { Claimed } from './claimed.ts'
import { strangeFact } from './grounds-facts.ts'
import { endOf, levelOf, locate, plansAround, startOf, topLevel } from './instance.ts'
import type { Level } from './instance.ts'
import { Known } from './known.ts'
import { ledgerOf, NO_BALLOT } from './ledger.ts'
import type { Ledger, Wanted } from './ledger.ts'
import { arePlanned } from './planned-claims.ts'
import type { Judging } from './rules.ts'
import { Way } from './way.ts'

/** A claim of an admitted run, or of a runbook that it called, ready to be judged. */
export type Claiming = Omit<Judging, 'seam' | 'run'> & {
  readonly seam: PassSeam
  readonly plan: Plan
  readonly admission: Admission
}

const NO_GROUNDS: Grounds = { facts: {}, decisions: {}, votes: [] }

/** Who claims, and where; or why these are not claims that the run can make. */
export async function claimingOf(
  request: ClaimRequest,
  by: { readonly plan: Plan; readonly admission: Admission; readonly seam: PassSeam },
): Promise<Claiming | { readonly astray: string }> {
  const end = request.outcome.lastIndexOf('.')
  const name = request.outcome.slice(end + 1)
  const level = end < 0 ? topLevel(by.plan) : calledLevel(by.plan, request.outcome.slice(0, end))
  const unplanned = { astray: `the Plan does not claim this with the outcome \`${request.outcome}\`` }
  if (level === undefined) return unplanned
  const at = endOf(startOf(level))
  const { grounds: given = NO_GROUNDS } = request
  const ledger = await readLedger(by.seam, by.admission, { ...by, votes: given.votes })
  const claimed = claimedOf(by.seam.host, { ...by, ledger: ledger ?? UNREADABLE, grounds: given })
  const known = new Known(claimed)
  const strange = strangeFact(claimed, at, known)
  const facts = strange === undefined ? claimed.grounds.facts : {}
  // Where nobody can say what the run has done, nothing is recorded of the claim, and no effect rests on it.
  const whole = ledger !== undefined && by.plan.planVersion > 1
  const claimant = { runId: by.admission.runId, plan: level.plan, scope: known.scopeAt(at, facts), whole }
  if (!arePlanned(name, request.claims, claimant)) return unplanned
  const astray = whole ? (strange ?? endDoesNotFollow(name, level, { claimed, known })) : undefined
  if (astray !== undefined) return { astray: `the run has not come to \`${request.outcome}\`: ${astray}` }
  const { grounds, requesters, planDigest } = claimed
  const site = `${siteOf(level.prefix)}outcome:${name}`
  return { ...by, plans: plansAround(at), site, id: request.outcome, grounds, requesters, planDigest }
}

/** An outcome of the Plan follows from the way of the run; the engine's own words for a stop are always open to it (G25). */
function endDoesNotFollow(
  name: string,
  level: Level,
  { claimed, known }: { readonly claimed: Claimed; readonly known: Known },
): string | undefined {
  const outcomes = level.plan.outcomes.filter((outcome) => outcome.name === name)
  const way = new Way(claimed, known)
  const why = outcomes.map(({ when }) => way.obstacleToEnd(startOf(level), when))
  return why.includes(undefined) ? undefined : why[0]
}

function calledLevel(plan: Plan, call: string): Level | undefined {
  const located = locate(plan, call)
  return located === undefined || located.undo ? undefined : levelOf(located.instance)
}

const UNREADABLE: Ledger = {
  passes: new Map(),
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
