import type { Json, JsonObject } from '../../schemas/json.ts'
import type { Plan, TriggerMode } from '../../schemas/plan.ts'
import type {
  Admission,
  AttestedFact,
  Denial,
  EffectReceipt,
  Grounds,
  SignedVote,
  StepResult,
} from '../../schemas/run.ts'
import type { Ledger } from './ledger.ts'
import { modeOf } from './mode.ts'
import type { Ports } from './ports.ts'
import type { Proposal } from './proposal.ts'
import type { Scope } from './scope.ts'
import { variablesOf } from './variables.ts'
import type { Wait } from './wait.ts'

/** What a run shares with the runbooks that it calls and with the items of its loops. */
export interface Whole {
  /** The Plan that was admitted. */
  readonly plan: Plan
  readonly runId: string
  readonly inputs: JsonObject
  readonly mode: TriggerMode
  readonly ports: Ports
  readonly ledger: Ledger
  /** Votes that were counted, on questions that stand. */
  votes: readonly SignedVote[]
  /** How often an activity of this name was scheduled, and a question asked: ids stay unique and readable. */
  readonly activities: Map<string, number>
  readonly asked: Map<string, number>
  /** How often the effect of an instance came before the door again, and how often a conflict sent it back. */
  readonly rounds: Map<string, number>
  readonly conflicts: Map<string, number>
  readonly receipts: EffectReceipt[]
  readonly completed: Completed[]
  /** The newest readings of the kinds that rules of form 3 ask for, by action and input. */
  readonly taken: Map<string, AttestedFact>
  /** Roles that outcomes of callees name. */
  readonly tell: Set<string>
  /** In a run that only proposes: the votes of those who have agreed. */
  agreement: readonly SignedVote[]
  /** There: what is being proposed. */
  proposal: Proposal | undefined
  /** Executions of this run that came before, and have kept what they completed. */
  kept: readonly number[]
  /** Under way while that is brought back. */
  recalling: Promise<void> | undefined
}

/** A step with effects that was done, and what stays or is taken back where the run stops. */
export interface Completed {
  /** The instance. */
  readonly step: string
  readonly leaves?: string
  readonly lift?: string
  /** As it was to be undone when it was done: later readings do not change what it goes back to. */
  readonly undo?:
    { readonly action: string; readonly input: JsonObject; readonly grounds: Grounds } | { readonly unknown: string }
  readonly now: 'stands' | 'undone' | 'not-undone'
}

/**
 * A place where steps are walked: the run itself, a callee, a block, or one item of a loop. What is read, decided and done in it is
 * seen in it and in what lies inside it, never beside it.
 */
export interface Run {
  readonly whole: Whole
  readonly ports: Ports
  readonly ledger: Ledger
  readonly runId: string
  readonly plan: Plan
  /** Types of everything that expressions can name, worked out once. */
  readonly types: Scope['types']
  readonly inputs: JsonObject
  /** How ids of instances begin (`drain.3.`) and end (`.2.0`) here. */
  readonly prefix: string
  readonly indices: string
  /** The place around this one, in the same Plan. */
  readonly around?: Run
  /** The place from which this Plan is called. */
  readonly caller?: Run
  readonly item?: { readonly name: string; readonly value: Json }
  readonly results: Map<string, StepResult>
  /** Cases of decisions, options of questions, outputs of actions and calls, by step. */
  readonly outputs: Map<string, Json>
  /** The newest reading of each fact. */
  readonly records: Map<string, AttestedFact>
  /** The readings on which each decision was taken, by instance. */
  readonly bases: Map<string, Readonly<Record<string, AttestedFact>>>
  /** The readings on which lists of loops, inputs and outputs of calls rest, by instance. */
  readonly lists: Map<string, Readonly<Record<string, AttestedFact>>>
  readonly loops: Map<string, Loop>
  /** What steps of this place wait for, by instance. */
  readonly waits: Map<string, Wait>
  /** Places inside this one that are under way, by instance. */
  readonly inside: Map<string, Run>
  /** What has stopped it: since then nothing is walked here any more, in no execution, and what was done is taken back. */
  stopped: Stop | undefined
}

/** A loop under way. */
export interface Loop {
  /** The first item that was not begun yet. */
  next: number
  /** Items before it that have not ended. */
  readonly open: Set<number>
  /** How the first item ended that did not go well. */
  stopped?: Ended
}

/** How a step ended. */
export interface Ended {
  readonly result: StepResult
  readonly detail?: string
  readonly denial?: Denial
  /** The conditional write lost: go back to the readings. */
  readonly conflict?: boolean
  /** For a block: the step inside it that stopped it. */
  readonly cause?: Stop
}

/** The step at which a run stopped, and how. */
export interface Stop {
  readonly id: string
  readonly instance: string
  readonly kind: Plan['steps'][number]['kind']
  /** It stopped by a case: of a decision, a question or a call. */
  readonly byCase: boolean
  readonly ended: Ended
}

/** Opens a run. */
export function openRun(
  plan: Plan,
  admission: Pick<Admission, 'runId' | 'inputs'> & Partial<Pick<Admission, 'trigger'>>,
  carried: { ports: Ports; ledger: Ledger },
): Run {
  const { runId, inputs, trigger } = admission
  const whole: Whole = {
    plan,
    runId,
    inputs,
    mode: modeOf(trigger),
    ...carried,
    votes: [],
    activities: new Map(),
    asked: new Map(),
    rounds: new Map(),
    conflicts: new Map(),
    receipts: [],
    completed: [],
    taken: new Map(),
    tell: new Set(),
    agreement: [],
    proposal: undefined,
    kept: [],
    recalling: undefined,
  }
  return { ...emptyPlace(whole), plan, types: variablesOf(plan), inputs, prefix: '', indices: '' }
}

/** The place where one item of a loop, or a block, is walked. */
export function placeInside(run: Run, index: number | undefined, item?: Run['item']): Run {
  const { plan, types, inputs, prefix, indices } = run
  return {
    ...emptyPlace(run.whole),
    ...{ plan, types, inputs, prefix, around: run },
    indices: index === undefined ? indices : `${indices}.${index}`,
    ...(run.caller === undefined ? {} : { caller: run.caller }),
    ...(item === undefined ? {} : { item }),
  }
}

/** The place where a called runbook is walked, with inputs, facts and results of its own. */
export function placeOfCallee(caller: Run, called: { plan: Plan; inputs: JsonObject; instance: string }): Run {
  const { plan, inputs, instance } = called
  return {
    ...emptyPlace(caller.whole),
    ...{ plan, types: variablesOf(plan), inputs, prefix: `${instance}.`, indices: '', caller },
  }
}

type Emptiness =
  | ('whole' | 'ports' | 'ledger' | 'runId')
  | ('results' | 'outputs' | 'records' | 'bases' | 'lists' | 'loops' | 'waits' | 'inside' | 'stopped')

function emptyPlace(whole: Whole): Pick<Run, Emptiness> {
  const { ports, ledger, runId } = whole
  return {
    ...{ whole, ports, ledger, runId },
    results: new Map(),
    outputs: new Map(),
    records: new Map(),
    bases: new Map(),
    lists: new Map(),
    loops: new Map(),
    waits: new Map(),
    inside: new Map(),
    stopped: undefined,
  }
}

/** The id of a step's instance here. */
export function instanceOf({ prefix, indices }: Pick<Run, 'prefix' | 'indices'>, step: string): string {
  return `${prefix}${step}${indices}`
}

/** A readable activity id that is unique in the run: `step`, then `step#2`. */
export function activityId({ whole }: Run, name: string): string {
  const times = (whole.activities.get(name) ?? 0) + 1
  whole.activities.set(name, times)
  return times === 1 ? name : `${name}#${times}`
}
