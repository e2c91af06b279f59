import { durationMs } from '../language/literals.ts'
import { OperatorError } from '../host/operator-error.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { giveVote } from './votes/give.ts'
import type { Answer } from './votes/answer.ts'
import { overriddenRule } from './votes/overriding.ts'
import type { Overriding } from './votes/overriding.ts'

/** What every command that answers a run takes. */
export interface VoteOptions {
  readonly step?: string
  readonly role?: string
  readonly reason?: string
  readonly for?: string
  readonly as?: string
  readonly key?: string
  readonly draft?: string
  readonly signed?: string
  readonly yes?: true
}

/** Approves what a run asks, after showing it. */
export async function approve(call: Call<VoteOptions>): Promise<Exit> {
  return giveVote(call, { ...common(call.options), decision: 'approve', kinds: ['approve', 'propose'] })
}

/** Rejects it. */
export async function reject(call: Call<VoteOptions>): Promise<Exit> {
  return giveVote(call, { ...common(call.options), decision: 'reject', kinds: ['approve', 'propose', 'override'] })
}

/** Chooses one of the options that a run offers. */
export async function answer(call: Call<VoteOptions>): Promise<Exit> {
  const [, option = ''] = call.args
  return giveVote(call, { ...common(call.options), decision: 'choose', kinds: ['ask'], option })
}

/** Overrides a rule for a denied effect: break-glass, by a second person, with a reason and an end, on the record (G26). */
export async function override(call: Call<Overriding>): Promise<Exit> {
  const said = common(call.options)
  const rule = overriddenRule(call, said.holdsForMs)
  const { item } = call.options
  const overrides = { rule, ...(item === undefined ? {} : { item }) }
  return giveVote(call, { ...said, decision: 'override', kinds: ['override'], overrides })
}

function common(options: VoteOptions): Pick<Answer, 'reason' | 'holdsForMs'> {
  const { reason, for: duration } = options
  const holdsForMs = duration === undefined ? undefined : durationMs(duration)
  if (duration !== undefined && holdsForMs === undefined)
    throw new OperatorError('RP0002', `\`${duration}\` is no duration`, 'write `--for 30m` or `--for 1h`')
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(holdsForMs === undefined ? {} : { holdsForMs }),
  }
}
