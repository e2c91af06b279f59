import type { ActionContext, AnyAction } from '../../../actions/define.ts'
import { ContractViolation, parseInput } from '../../../actions/validate.ts'
import type { ActionContract } from '../../../schemas/contract.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { Plan } from '../../../schemas/plan.ts'
import type { Denial, EffectRequest } from '../../../schemas/run.ts'
import { reachableEffects } from '../../core/rules.ts'
import type { GuardedEffect, RunSoFar } from '../../core/rules.ts'
import { contractDigest } from '../../../actions/contract.ts'
import { requestersOf } from '../votes.ts'
import { refuse } from './arrive.ts'
import type { Arrived, PassSeam } from './arrive.ts'
import { doesNotFollow } from './grounds.ts'
import { isKnown } from './hierarchy.ts'
import { doneSteps } from './records.ts'

/** One pass, opened: everything about the request was checked against the admitted Plan. */
export interface Pass extends Arrived {
  readonly definition: AnyAction
  readonly contract: ActionContract
  readonly input: JsonObject
  readonly guarded: readonly GuardedEffect[]
  readonly run: RunSoFar
  readonly round: number
}

export type Opened = Pass | { readonly denial: Denial }

/** Checks action, way and input, and finds the effects with their targets (G18, G25). */
export async function openPass(request: EffectRequest, arrived: Arrived): Promise<Opened> {
  const { seam, plan } = arrived
  const known = knownAction(plan, seam)
  if ('denial' in known) return known
  const { run, astray } = await followWay(request, arrived)
  if (astray !== undefined)
    return refuse(`this effect does not follow from what this run has read and decided: ${astray}`)
  const input = validInput(known.definition, request.input)
  if (typeof input === 'string') return refuse(input)
  const guarded = guardedEffects(known.contract, input)
  const unknown = guarded.find(({ effect }) => !isKnown(effect, plan, seam.host))
  if (unknown !== undefined)
    return refuse(`nobody knows what rules guard \`${unknown.effect}\`: it, or what it is under, is in no effects file`)
  return { ...arrived, ...known, input, guarded, run, round: request.round }
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

/** What the run has done so far, by its receipts, and what of the request does not follow from it. */
async function followWay(
  { grounds, input }: EffectRequest,
  { seam: { host }, admission, plan, step }: Arrived,
): Promise<{ run: RunSoFar; astray: string | undefined }> {
  const done = await doneSteps(host.store, admission.runId, plan)
  const run = {
    id: admission.runId,
    inputs: admission.inputs,
    effects: [...done.values()].flatMap(({ effects }) => effects),
    reachable: reachableEffects(plan),
  }
  const requesters = requestersOf([admission.trigger])
  return { run, astray: doesNotFollow({ host, plan, step, run, done, grounds, input, requesters }) }
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
      Object.entries(fields).flatMap(([field, from]) => (input[from] === undefined ? [] : [[field, input[from]]])),
    ),
  }))
}

/** What the action gets from the host in this pass. */
export async function contextOf(
  { host }: PassSeam,
  { timeoutMs }: AnyAction,
  idempotencyKey: string,
): Promise<ActionContext> {
  return host.connections.context({ idempotencyKey, signal: AbortSignal.timeout(timeoutMs) })
}
