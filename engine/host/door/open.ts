import type { ActionContext, AnyAction } from '../../../actions/define.ts'
import { ContractViolation, parseInput } from '../../../actions/validate.ts'
import type { ActionContract } from '../../../schemas/contract.ts'
import type { JsonObject } from '../../../schemas/json.ts'
import type { DoStep, Plan } from '../../../schemas/plan.ts'
import type { Admission, Denial, EffectRequest } from '../../../schemas/run.ts'
import { reachableEffects } from '../../core/rules.ts'
import type { GuardedEffect, RunSoFar } from '../../core/rules.ts'
import { contractDigest } from '../../../actions/contract.ts'
import { admittedPlan } from '../admission.ts'
import type { Host } from '../host.ts'
import { requestersOf } from '../votes.ts'
import { doesNotFollow } from './grounds.ts'
import { doneSteps } from './records.ts'

/** What the pass needs of whatever carries it (a Temporal activity, or a test). */
export interface PassSeam {
  readonly host: Host
  readonly action: string
  readonly activity: string
  readonly attempt: number
  readonly workflow: { readonly namespace: string; readonly workflowId: string; readonly temporalRunId: string }
  /** Says that the pass is alive; throws nothing. */
  heartbeat(): void
  readonly cancelled: AbortSignal
}

/** One pass, opened: everything about the request was checked against the admitted Plan. */
export interface Pass {
  readonly seam: PassSeam
  readonly admission: Admission
  readonly plan: Plan
  readonly step: DoStep
  readonly definition: AnyAction
  readonly contract: ActionContract
  readonly input: JsonObject
  readonly guarded: readonly GuardedEffect[]
  readonly run: RunSoFar
  readonly round: number
}

export type Opened = Pass | { readonly denial: Denial }

/** Checks admission, Plan, step, action and input, and finds the effects with their targets (G18, G25). */
export async function openPass(request: EffectRequest, seam: PassSeam): Promise<Opened> {
  const admitted = await admittedPlan(request.admission, seam.workflow, seam.host)
  if ('foreign' in admitted) return refuse(admitted.foreign)
  const { plan, admission } = admitted
  const step = plan.steps.find(({ id }) => id === request.step)
  if (step?.kind !== 'do' || step.action !== seam.action)
    return refuse(`the Plan has no step \`${request.step}\` that does ${seam.action}`)
  const known = knownAction(plan, seam)
  if ('denial' in known) return known
  const done = await doneSteps(seam.host.store, admission.runId, plan)
  const run = {
    id: admission.runId,
    inputs: admission.inputs,
    effects: [...done.values()].flatMap(({ effects }) => effects),
    reachable: reachableEffects(plan),
  }
  const requesters = requestersOf([admission.trigger])
  const astray = doesNotFollow({
    host: seam.host,
    plan,
    step,
    run,
    done,
    grounds: request.grounds,
    input: request.input,
    requesters,
  })
  if (astray !== undefined)
    return refuse(`this effect does not follow from what this run has read and decided: ${astray}`)
  const input = validInput(known.definition, request.input)
  if (typeof input === 'string') return refuse(input)
  return {
    seam,
    admission,
    plan,
    step,
    ...known,
    input,
    guarded: guardedEffects(known.contract, input),
    run,
    round: request.round,
  }
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
    return refuse(`the contract of \`${action}\` has changed since this Plan was compiled`)
  }
  return { definition, contract }
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

function refuse(message: string): { denial: Denial } {
  return {
    denial: { by: 'admission', unknown: false, message, verdicts: [], next: 'start the runbook through Runproof' },
  }
}

/** What the action gets from the host in this pass. */
export async function contextOf(pass: Pass, idempotencyKey: string): Promise<ActionContext> {
  const signal = AbortSignal.timeout(pass.definition.timeoutMs)
  return pass.seam.host.connections.context({ idempotencyKey, signal })
}
