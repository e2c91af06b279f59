import type { Denial, Trigger, Verdict } from '../../../schemas/run.ts'
import { voteCounts } from '../votes.ts'
import { locate } from './instance.ts'
import type { Pass } from './open.ts'

/**
 * What a trigger may not do by itself (G39): a run that only observes causes nothing, and leaves as evidence what it would have
 * done and what the rules say of it; one that proposes causes nothing before its owner has agreed.
 */
export function heldBack(pass: Pass, verdicts: readonly Verdict[]): Denial | undefined {
  switch (modeOf(pass.admission.trigger)) {
    case 'observe':
      return denied('this run only observes: nothing stands against the effect, and it is left undone', {
        verdicts,
        next: 'start the runbook yourself, if it is to act',
      })
    case 'propose':
      return isAgreed(pass)
        ? undefined
        : denied(`this run proposes: ${ownerOf(pass)} must agree before it does anything`, {
            verdicts,
            next: `runproof approve ${pass.admission.runId}`,
          })
    case 'act':
      return undefined
  }
}

function modeOf(trigger: Trigger): 'observe' | 'propose' | 'act' {
  return trigger.kind === 'person' ? 'act' : (trigger.mode ?? 'act')
}

/** The owner's approval of the proposal, which was asked for before an effect: no other question is answered by it. */
function isAgreed(pass: Pass): boolean {
  const { seam, grounds, admission, plans, plan, requesters, planDigest } = pass
  const electorate = { runId: admission.runId, who: [ownerOf(pass)], requesters, planDigest }
  return grounds.votes.some(
    (signed) =>
      signed.vote.decision === 'approve' &&
      locate(plans[0] ?? plan, signed.vote.step)?.instance.step.kind === 'do' &&
      voteCounts(seam.host, signed, electorate).counted,
  )
}

function ownerOf({ plans, plan }: Pass): string {
  return (plans[0] ?? plan).runbook.owner
}

function denied(message: string, { verdicts, next }: { verdicts: readonly Verdict[]; next: string }): Denial {
  return { by: 'mode', unknown: false, message, verdicts, next }
}
