import { CancellationScope, isCancellation, patched } from '@temporalio/workflow'
import type { RunInput } from '../../schemas/run.ts'
import { Cancelled } from '../core/ports.ts'
import type { Poll, Ports } from '../core/ports.ts'
import { thaw } from '../core/snapshot.ts'
import { claim, options, perform, read, recall, watch } from './activities.ts'
import type { Pace } from './pace.ts'
import type { Questions } from './questions.ts'

/** Gives the interpreter's ports to Temporal: activity types are action names, activity ids are step ids. */
export function temporalPorts({ plan, admission }: RunInput, questions: Questions, pace: Pace): Ports {
  const clock = {
    nowMs: () => Date.now(),
    sleep: async (ms: number, summary: string) => uncancelled(async () => pace.sleep(ms, summary)),
  }
  const claims = new Map<string, number>()
  return {
    clock,
    pace: async () => uncancelled(async () => pace.next()),
    read: async ({ step, fact, input, ...names }) =>
      uncancelled(async () => read(plan, { admission, step, fact, input }, names)),
    perform: async ({ step, round, input, grounds, undo, ...names }) => {
      const call = async () => perform(plan, { admission, step, round, input, grounds }, names)
      // What was done is taken back also in a run that was cancelled.
      return undo === true ? CancellationScope.nonCancellable(call) : uncancelled(call)
    },
    ask: async (question) => uncancelled(async () => withCancellation(await questions.ask(question, pace))),
    askedBefore: (question) => withCancellation(questions.askedBefore(question, pace)),
    options: async (call) => uncancelled(async () => options(plan, { admission, ...call })),
    watch: async ({ step, activity }) => uncancelled(async () => watch(plan, { admission, step }, activity)),
    // How a run ended is said also of a run that was cancelled.
    claim: async ({ grounds, ...call }) =>
      CancellationScope.nonCancellable(async () => {
        const about = plan.planVersion === 1 ? {} : { grounds }
        return claim(plan, { admission, ...call, ...about }, claimId(claims, call.outcome))
      }),
    recall: async (number) => CancellationScope.nonCancellable(async () => thaw(await recall({ admission, number }))),
    knows: (change) => patched(change),
  }
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
