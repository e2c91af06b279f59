import type { ActionContext, AnyAction } from '../../../actions/define.ts'
import { ContractViolation, parseInput } from '../../../actions/validate.ts'
import type { PassFiles } from '../../../evidence/effects.ts'
import type { ActionContract } from '../../../schemas/contract.ts'
import type { Json, JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, EffectRequest, Grounds } from '../../../schemas/run.ts'
import { siteOf } from '../../core/rules.ts'
import type { GuardedEffect, Held, RunSoFar } from '../../core/rules.ts'
import { contractDigest } from '../../../actions/contract.ts'
import { refuse } from './arrive.ts'
import { claimedOf } from './claimed.ts'
import type { Claimed } from './claimed.ts'
import type { Arrived, PassSeam } from './arrive.ts'
import { environmentsOf } from './environments.ts'
import { doesNotFollow } from './grounds.ts'
import { isKnown } from './hierarchy.ts'
import { Known } from './known.ts'
import { ledgerOf } from './ledger.ts'
import { ownResources } from './own-resources.ts'

/** One pass, opened: everything about the request was checked against the admitted Plan. */
export interface Pass extends Arrived {
  /** Where the step stands, whichever of its items this is (`siteOf`). */
  readonly site: string
  /** Users who asked for the run. */
  readonly requesters: readonly string[]
  readonly planDigest: string
  readonly definition: AnyAction
  readonly contract: ActionContract
  readonly input: JsonObject
  readonly guarded: readonly GuardedEffect[]
  /** What the effect, and whoever causes it, is about. */
  readonly environments: readonly string[]
  readonly run: RunSoFar
  readonly round: number
  readonly grounds: Grounds
  /** The passes of this instance before this one, all of them settled. */
  readonly earlier: readonly PassFiles[]
  /** What the step itself holds. */
  readonly own: Held
}

export type Opened = Pass | { readonly denial: Denial }

/** Checks action, way and input, and finds the effects with their targets (G18, G25). */
export async function openPass(request: EffectRequest, arrived: Arrived): Promise<Opened> {
  const { seam, plan, plans } = arrived
  const action = knownAction(plan, seam)
  if ('denial' in action) return action
  const { claimed, known, astray, earlier } = await followWay(request, arrived)
  if (astray !== undefined)
    return refuse(`this effect does not follow from what this run has read and decided: ${astray}`)
  const input = validInput(action.definition, request.input)
  if (typeof input === 'string') return refuse(input)
  const guarded = guardedEffects(action.contract, input)
  const unknown = guarded.find(({ effect }) => !isKnown(effect, plans, seam.host))
  if (unknown !== undefined)
    return refuse(`nobody knows what rules guard \`${unknown.effect}\`: it, or what it is under, is in no effects file`)
  const { run, grounds, requesters, planDigest } = claimed
  const environments = environmentsOf({ ...arrived, ...action, input, guarded }, known)
  const own = ownResources(arrived, claimed, known)
  const from = { run, grounds, requesters, planDigest, environments, round: request.round, earlier, own }
  return { ...arrived, ...action, ...from, site: siteOf(arrived.id), input, guarded }
}

/** The action must be the very one that the Plan was compiled against. */
function knownAction(
  plan: Plan,
  { host, action }: PassSeam,
): { definition: AnyAction; contract: ActionContract } | { denial: Denial } {
  const contract = plan.contracts[action]
  const definition = host.definitions.get(action)
  const current = host.contracts.get(action)
  if (contract?.kind !== 'action' || definition?.kind !== 'action')
    return refuse(`this worker has no action \`${action}\``)
  if (current === undefined || contractDigest(current) !== contractDigest(contract)) {
    return refuse(
      `the contract of \`${action}\` has changed since this Plan was compiled`,
      'start the runbook again: its Plan is then compiled against the action as it is now',
    )
  }
  return { definition, contract }
}

interface Followed {
  readonly claimed: Claimed
  readonly known: Known
  readonly astray: string | undefined
  readonly earlier: readonly PassFiles[]
}

/** What the run has done so far, by its receipts, and what of the request does not follow from it. */
async function followWay(
  { grounds, input }: EffectRequest,
  { seam: { host }, admission, id, instance, undo, plans }: Arrived,
): Promise<Followed> {
  const [root = instance.spot.level.plan] = plans
  const ledger = await ledgerOf(host.store, admission.runId, { plan: root, votes: grounds.votes })
  const claimed = claimedOf(host, { admission, plan: root, ledger, grounds })
  const known = new Known(claimed)
  const astray = doesNotFollow({ ...claimed, instance, undo, input }, known)
  return { claimed, known, astray, earlier: ledger.passes.get(id) ?? [] }
}

/** The input as the contract has it, or what is wrong with it. */
function validInput(definition: AnyAction, input: JsonObject): JsonObject | string {
  try {
    return parseInput(definition, input)
  } catch (error) {
    if (error instanceof ContractViolation) return error.message
    throw error
  }
}

function guardedEffects(contract: ActionContract, input: JsonObject): GuardedEffect[] {
  return Object.entries(contract.effects).map(([effect, fields]) => ({
    effect,
    target: Object.fromEntries(
      Object.entries(fields).flatMap(([field, from]): [string, Json][] => {
        const value = typeof from === 'string' ? input[from] : from.literal
        return value === undefined ? [] : [[field, value]]
      }),
    ),
  }))
}

/** What the action gets from the host in this pass. */
export async function contextOf(
  { host }: PassSeam,
  { timeoutMs }: AnyAction,
  call: Pick<ActionContext, 'idempotencyKey' | 'fencing'>,
): Promise<ActionContext> {
  return host.connections.context({ ...call, signal: AbortSignal.timeout(timeoutMs) })
}
