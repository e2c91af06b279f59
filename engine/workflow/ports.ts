import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow'
import type { Plan } from '../../schemas/plan.ts'
import type { SignedAdmission } from '../../schemas/run.ts'
import { Cancelled } from '../core/ports.ts'
import type { Ports } from '../core/ports.ts'
import { claim, perform, read } from './activities.ts'
import type { Questions } from './questions.ts'

/** Gives the interpreter's ports to Temporal: activity types are action names, activity ids are step ids. */
export function temporalPorts(plan: Plan, admission: SignedAdmission, questions: Questions): Ports {
  const clock = {
    nowMs: () => Date.now(),
    sleep: async (ms: number, summary: string) => uncancelled(async () => sleep(ms, { summary })),
  }
  let claims = 0
  return {
    clock,
    read: async ({ step, fact, input, ...names }) =>
      uncancelled(async () => read(plan, { admission, step, fact, input }, names)),
    perform: async ({ step, round, input, grounds, ...names }) =>
      uncancelled(async () => perform(plan, { admission, step, round, input, grounds }, names)),
    ask: async (question) => uncancelled(async () => withCancellation(await questions.ask(question, clock))),
    // How a run ended is said also of a run that was cancelled.
    claim: async (call) =>
      CancellationScope.nonCancellable(async () => claim(plan, { admission, ...call }, `claim.${(claims += 1)}`)),
  }
}

function withCancellation(poll: Awaited<ReturnType<Ports['ask']>>): Awaited<ReturnType<Ports['ask']>> {
  return { ...poll, next: async () => uncancelled(async () => poll.next()) }
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
