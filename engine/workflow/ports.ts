import { CancellationScope, isCancellation, patched } from '@temporalio/workflow'
import type { Plan } from '../../schemas/plan.ts'
import type { FactRecord } from '../../schemas/fact.ts'
import type {
  AttestedFact,
  ClaimRequest,
  ClaimResult,
  Denial,
  EffectRequest,
  EffectResult,
  OptionsRequest,
  OptionsVerdict,
  ReadRequest,
  RunInput,
} from '../../schemas/run.ts'
import { Cancelled } from '../core/ports.ts'
import type { Poll, ReadCall } from '../core/ports.ts'
import type { Run } from '../core/run.ts'
import { thaw } from '../core/snapshot.ts'
import { claim, options, perform, read, recall, watch } from './activities.ts'
import { Carrier } from './carrier.ts'
import type { Pace } from './pace.ts'
import { furtherParts } from './pieces.ts'
import type { Questions } from './questions.ts'

/** Gives the interpreter's ports to Temporal: activity types are action names, activity ids are step ids. */
export function temporalPorts({ plan, admission }: RunInput, questions: Questions, pace: Pace): Run['ports'] {
  const clock = {
    nowMs: () => Date.now(),
    sleep: async (ms: number, summary: string) => uncancelled(async () => pace.sleep(ms, summary)),
  }
  const claims = new Map<string, number>()
  const requests = requestsOf(plan)
  return {
    clock,
    pace: async () => uncancelled(async () => pace.next()),
    undoPace: (canMove) => pace.undo(canMove),
    read: async ({ step, fact, input, ...names }) =>
      uncancelled(async () => requests.read({ admission, step, fact, input }, names)),
    perform: async ({ step, round, input, grounds, undo, ...names }) => {
      const call = async () => requests.perform({ admission, step, round, input, grounds }, names)
      // What was done is taken back also in a run that was cancelled.
      return undo === true ? CancellationScope.nonCancellable(call) : uncancelled(call)
    },
    ask: async (question) => uncancelled(async () => withCancellation(await questions.ask(question, pace))),
    askedBefore: (question) => withCancellation(questions.askedBefore(question, pace)),
    options: async (call) => uncancelled(async () => requests.options({ admission, ...call })),
    watch: async ({ step, activity }) => uncancelled(async () => watch(plan, { admission, step }, activity)),
    // How a run ended is said also of a run that was cancelled.
    claim: async ({ grounds, ...call }) =>
      CancellationScope.nonCancellable(async () => {
        const about = plan.planVersion === 1 ? {} : { grounds }
        return requests.claim({ admission, ...call, ...about }, claimId(claims, call.outcome))
      }),
    recall: async (number) =>
      CancellationScope.nonCancellable(async () => {
        const first = await recall({ admission, number, from: 0 })
        const more = furtherParts(first, async ({ from, time }) => recall({ admission, number, from }, time))
        return more === undefined ? thaw(first) : [...thaw(first), ...(await more)]
      }),
    knows: (change) => patched(change),
  }
}

/** What may be too big to travel as it is. Each is sent in the same moment: so none of these is `async`. */
function requestsOf(plan: Plan) {
  const carrier = new Carrier()
  return {
    read: (asked: ReadRequest, names: Names) =>
      carrier.carry(asked, {
        activity: names.activity,
        send: (request) => read(plan, request, names),
        refused: ({ message }) => notRead({ fact: asked.fact, action: names.action }, message),
      }),
    perform: (asked: EffectRequest, names: Names) =>
      carrier.carry<EffectRequest, EffectResult>(asked, {
        activity: names.activity,
        send: (request) => perform(plan, request, names),
        refused: (denial) => ({ status: 'denied', denial, evidence: {} }),
      }),
    options: (asked: OptionsRequest) =>
      carrier.carry(asked, {
        activity: `${asked.step}?`,
        send: (request) => options(plan, request),
        refused: (denial) => noneOffered(asked, denial),
      }),
    claim: (asked: ClaimRequest, activity: string) =>
      carrier.carry<ClaimRequest, ClaimResult>(asked, {
        activity,
        send: (request) => claim(plan, request, activity),
        refused: (denial) => ({ status: 'denied', denial, facts: [], evidence: {} }),
      }),
  }
}

type Names = Pick<ReadCall, 'action' | 'activity'>

/** A fact that cannot even be asked for is unknown, and nobody attests it (G10). */
function notRead({ fact, action }: Pick<ReadCall, 'fact' | 'action'>, detail: string): AttestedFact {
  const record: FactRecord = {
    ...{ fact, action, input: {}, authority: 'diagnostic', roundTrip: false },
    unknown: { reason: 'too-large', detail },
    source: 'not read',
    readAt: '',
  }
  return { record, activity: '', keyid: '', signature: '' }
}

function noneOffered({ options: asked }: Pick<OptionsRequest, 'options'>, denial: Denial): OptionsVerdict {
  return { allowed: [], denied: Object.fromEntries(asked.map(({ name }) => [name, denial])) }
}

/** `claim.1` and so on; of a callee `drain.3.claim.1`: so it never depends on what runs side by side. */
function claimId(claims: Map<string, number>, outcome: string): string {
  const prefix = outcome.slice(0, outcome.lastIndexOf('.') + 1)
  const number = (claims.get(prefix) ?? 0) + 1
  claims.set(prefix, number)
  return `${prefix}claim.${number}`
}

function withCancellation(poll: Poll): Poll {
  return { ...poll, next: async (withinMs) => uncancelled(async () => poll.next(withinMs)) }
}

/** The interpreter knows cancellation by its own name. */
async function uncancelled<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (isCancellation(error)) throw new Cancelled('the run was cancelled')
    throw error
  }
}
