import { patched, workflowInfo } from '@temporalio/workflow'
import type { EffectResult, Grounds, SignedAdmission } from '../../schemas/run.ts'
import type { PerformCall, Ports } from '../core/ports.ts'
import type { Completed } from '../core/run.ts'
import { isKept, thaw } from '../core/snapshot.ts'
import type { KeptGrounds } from '../core/snapshot.ts'
import { furtherParts, recallPart } from './pieces.ts'

/** From here on, a history takes no more of earlier executions than it must. */
const LONG = 10_000_000

/** Executions that were under way before are replayed as they were. */
const LIGHTLY = 'recalls-lightly'

/**
 * Ports that leave the grounds of earlier executions where they are kept as soon as they are much, and look each up only when what
 * rests on it is taken back: a run that ends well needs none of them. All else is handed on not a moment later than ever.
 */
export function leavingGrounds<P extends Ports>(ports: P, admission: SignedAdmission): P {
  return {
    ...ports,
    perform: (call) => (isKept(call.grounds) ? withGrounds(call, call.grounds) : ports.perform(call)),
    recall: (number) =>
      isLong() && patched(LIGHTLY) ? lightly(admission, number) : (ports.recall?.(number) ?? Promise.resolve([])),
  }

  async function withGrounds(call: PerformCall, { kept }: KeptGrounds): Promise<EffectResult> {
    return ports.perform({ ...call, grounds: await groundsOf(admission, kept) })
  }
}

function isLong(): boolean {
  return workflowInfo().historySize > LONG
}

async function lightly(admission: SignedAdmission, number: number): Promise<Completed[]> {
  const request = { admission, number, light: true } as const
  const first = await recallPart({ ...request, from: 0 }, `recall.${number}`)
  const more = furtherParts(first, async ({ from, time }) =>
    recallPart({ ...request, from }, `recall.${number}#${time}`),
  )
  return more === undefined ? thaw(first) : [...thaw(first), ...(await more)]
}

async function groundsOf(admission: SignedAdmission, { number, at }: KeptGrounds['kept']): Promise<Grounds> {
  const [step] = thaw(await recallPart({ admission, number, at }, `recall.${number}.${at}`))
  if (step?.undo === undefined || 'unknown' in step.undo) throw new Error(`nothing was kept as ${at} of ${number}`)
  return step.undo.grounds
}
