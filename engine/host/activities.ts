import { activityInfo, cancellationSignal, Context, heartbeat } from '@temporalio/activity'
import type { AnyDefinition, AnyReading } from '../../actions/define.ts'
import { jsonDigest } from '../../evidence/digest.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import { NAMES } from '../../schemas/run.ts'
import type {
  AdmitRequest,
  AttestedFact,
  ClaimRequest,
  ContinueRequest,
  EffectRequest,
  EffectResult,
  KeepRequest,
  OptionsRequest,
  QuestionRequest,
  ReadRequest,
  ReleaseRequest,
  TellRequest,
  TriggerCheck,
  VoteCheck,
  WatchRequest,
} from '../../schemas/run.ts'
import type { RecallPartRequest } from '../core/pieces.ts'
import { admitRun, recordStart } from './admit.ts'
import { admittedHere } from './admission.ts'
import type { Execution } from './admission.ts'
import { alive, HEARTBEAT_MS } from './alive.ts'
import { passClaim } from './door/claim.ts'
import { locate } from './door/instance.ts'
import type { PassSeam } from './door/arrive.ts'
import { judgeOptions } from './door/options.ts'
import { passDoor } from './door/pass.ts'
import { watchRun } from './door/watch.ts'
import { continueRun, keepRun, recallRun } from './executions.ts'
import type { Host } from './host.ts'
import { successorOf } from './last-execution.ts'
import { giveBackLeases } from './leases/give-back.ts'
import { readUntilKnown, takeReading, untaken } from './readings.ts'
import { withinSize } from './spill.ts'
import { tellPeople } from './tell.ts'
import { checkTrigger, checkVote, recordQuestion } from './votes.ts'
import { withGroundsNamed, withWholeGrounds } from './whole-grounds.ts'

type Activity = (argument: never) => Promise<unknown>

/** How long a step's reading is taken again where a request fails: well within the time that the workflow gives it. */
const READ_AGAIN_MS = 2_000

/** All activities of a worker: one for each action, under its own name, and those of the engine. */
export function activitiesOf(host: Host): Record<string, Activity> {
  const ofActions = [...host.definitions.values()].map(
    (definition) => [definition.name, activityOf(definition, host)] as const,
  )
  return { ...Object.fromEntries(ofActions), ...engineActivities(host) }
}

function activityOf(definition: AnyDefinition, host: Host): Activity {
  if (definition.kind === 'action')
    return async (request: EffectRequest) => performActivity(definition.name, request, host)
  return async (request: ReadRequest): Promise<AttestedFact> => {
    const { admission } = request.admission
    const record = await alive(async () => readForRun(definition, request, host))
    return host.keys.attest(admission.runId, activityInfo().activityId, record)
  }
}

/** What is attested is a reading that the admitted Plan has, taken for the workflow that was admitted; anything else stays unknown. */
async function readForRun(
  definition: AnyReading,
  { admission, step, fact, input }: ReadRequest,
  host: Host,
): Promise<FactRecord> {
  const reading = { fact, action: definition.name, input }
  const admitted = await admittedHere(admission, execution(), host)
  if ('foreign' in admitted) return untaken(reading, admitted.foreign)
  const { facts } = locate(admitted.plan, step)?.instance.spot.level.plan ?? admitted.plan
  const planned = Object.hasOwn(facts, fact) && facts[fact]?.action === definition.name
  if (!planned) return untaken(reading, `the Plan reads no fact \`${fact}\` with \`${definition.name}\``)
  const read = async () => takeReading(definition, { name: fact, input }, host.connections)
  return withinSize(await readUntilKnown(read, READ_AGAIN_MS), host.store, admitted.admission.runId)
}

async function performActivity(action: string, request: EffectRequest, host: Host): Promise<EffectResult> {
  const result = await alive(async () => passDoor(await whole(request, host), seamOf(host, action)))
  const about = { run: request.admission.admission.runId, actor: actorOf(request), step: request.step, action }
  const denial = result.status === 'denied' ? { denial: result.denial.message } : {}
  // The answer goes first: to write a line takes as long as to judge a rule.
  setImmediate(() => host.log.info({ ...about, status: result.status, ...denial }, 'the door has answered'))
  return result
}

/** What a request rests on may be too big to travel with it. */
async function whole<R extends Parameters<typeof withWholeGrounds>[0]>(request: R, host: Host): Promise<R> {
  return withWholeGrounds(request, execution(), host)
}

/** Grounds of one step alone may be too big for one answer. */
async function recall(request: RecallPartRequest, host: Host): Promise<JsonObject> {
  const kept = await recallRun(request, execution(), host)
  return request.at === undefined ? kept : withGroundsNamed(kept, request.admission.admission.runId, host.store)
}

/** Who set this in motion: a person, or the occurrence of an alert or of a schedule. */
function actorOf({ admission }: EffectRequest): string {
  const { trigger } = admission.admission
  return trigger.kind === 'person' ? `${trigger.by.user}@${trigger.by.host}` : `${trigger.kind} ${trigger.occurrence}`
}

function engineActivities(host: Host): Record<string, Activity> {
  return {
    [NAMES.admit]: async (request: AdmitRequest) => alive(async () => admitRun(request, execution(), host)),
    [NAMES.recordStart]: async (request: AdmitRequest) => alive(async () => recordStart(request, execution(), host)),
    [NAMES.claim]: async (request: ClaimRequest) =>
      alive(async () => passClaim(await whole(request, host), seamOf(host, NAMES.claim))),
    [NAMES.options]: async (request: OptionsRequest) =>
      alive(async () => judgeOptions(await whole(request, host), seamOf(host, NAMES.options))),
    [NAMES.watch]: async (request: WatchRequest) => alive(async () => watchRun(request, seamOf(host, NAMES.watch))),
    [NAMES.keep]: async (request: KeepRequest) => alive(async () => keepRun(request, execution(), host)),
    [NAMES.continue]: async (request: ContinueRequest) =>
      alive(async () => continueRun(request, execution(), { host, successor })),
    [NAMES.recall]: async (request: RecallPartRequest) => alive(async () => recall(request, host)),
    [NAMES.release]: async (request: ReleaseRequest) => giveBackLeases(request, execution(), host),
    [NAMES.tell]: async (request: TellRequest) => alive(async () => tellForRun(request, host)),
    [NAMES.ask]: async (request: QuestionRequest) => recordQuestion(request, host),
    [NAMES.checkVote]: async (check: VoteCheck) => checkVote(check, host),
    [NAMES.checkTrigger]: async (check: TriggerCheck) => checkTrigger(check, host),
    [NAMES.digest]: async (value: Json) => jsonDigest(value),
  }
}

/** Temporal's own record of how an execution ended. */
async function successor({ workflowId, temporalRunId }: Execution): Promise<string | undefined> {
  return successorOf(Context.current().client.workflow.getHandle(workflowId, temporalRunId))
}

/** Nobody is told anything in the name of a run that was not admitted here. */
async function tellForRun(request: TellRequest, host: Host): ReturnType<typeof tellPeople> {
  const admitted = await admittedHere(request.admission, execution(), host)
  return 'foreign' in admitted ? { delivered: false, detail: admitted.foreign } : tellPeople(request, host)
}

function seamOf(host: Host, action: string): PassSeam {
  const { activityId, attempt } = activityInfo()
  return {
    host,
    action,
    activity: activityId,
    attempt,
    workflow: execution(),
    heartbeat: heartbeatOnceLate(),
    cancelled: cancellationSignal(),
  }
}

function execution(): Execution {
  const { workflowExecution, workflowNamespace } = activityInfo()
  const { workflowId = '', runId: temporalRunId = '' } = workflowExecution ?? {}
  return { namespace: workflowNamespace ?? '', workflowId, temporalRunId }
}

/** A word to the server costs it a write: what is over in a moment says nothing. */
function heartbeatOnceLate(): () => void {
  const began = performance.now()
  return () => {
    if (performance.now() - began > HEARTBEAT_MS / 2) heartbeat()
  }
}
