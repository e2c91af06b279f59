import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { WorkflowUpdateFailedError } from '@temporalio/client'
import type { RunState, Vote, VoteVerdict } from '../../schemas/run.ts'
import { readConfig } from '../host/config.ts'
import { OperatorError } from '../host/operator-error.ts'
import { castVote, findRun, stateOf } from '../host/runs.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { identity } from './identity.ts'
import type { Call } from './program.ts'
import { admitting, atStation } from './station.ts'
import { print } from './terminal.ts'
import { questionText } from './view/question-text.ts'

interface Answer {
  readonly role?: string
  readonly reason?: string
  readonly yes?: true
}

/** Approves what a run asks, after showing it. */
export async function approve(call: Call<Answer>): Promise<Exit> {
  return vote(call, 'approve')
}

/** Rejects it. */
export async function reject(call: Call<Answer>): Promise<Exit> {
  return vote(call, 'reject')
}

async function vote({ folder, args, options }: Call<Answer>, decision: Vote['decision']): Promise<Exit> {
  const runId = args[0] ?? ''
  return atStation(folder, async ({ client, state: ownFolder }) => {
    const handle = await findRun(client, runId)
    const state = await stateOf(handle)
    const role = roleOf(state, options.role, readConfig(folder).roles)
    for (const line of questionText(state)) print(line)
    if (!(await confirmed(`${decision} as ${role}?`, options))) return EXIT.refused
    const { keys } = await admitting(ownFolder)
    const verdict = await castVote(handle, await keys.take(voteOn(state, { decision, role, ...options }))).catch(
      asVerdict,
    )
    return report(verdict, decision)
  })
}

/** The role that was named, or the only one asked that this person has. */
function roleOf(
  { runId, waiting }: RunState,
  named: string | undefined,
  roles: Readonly<Record<string, readonly string[]>>,
): string {
  if (waiting === undefined) throw new OperatorError('RP0302', `${runId} asks nothing now`, `runproof show ${runId}`)
  const { who } = waiting
  if (named !== undefined && who.includes(named)) return named
  if (named !== undefined)
    throw new OperatorError('RP0302', `nobody is asked as \`${named}\``, `asked are: ${who.join(', ')}`)
  const own = who.filter((role) => (roles[role] ?? []).includes(identity().user))
  const [only, ...others] = own.length > 0 ? own : who
  if (only !== undefined && others.length === 0) return only
  throw new OperatorError('RP0302', 'several roles are asked', `say as whom you answer: --role ${who.join(' | ')}`)
}

/** On a terminal a person has the last word after reading; a script has given it with the command. */
async function confirmed(question: string, { yes }: Answer): Promise<boolean> {
  if (yes === true || !process.stdin.isTTY || !process.stdout.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

function voteOn(
  { runId, planDigest, waiting }: RunState,
  answer: { decision: Vote['decision']; role: string; reason?: string },
): Vote {
  const { decision, role, reason } = answer
  return {
    type: 'runproof.vote.v1',
    ...{ runId, planDigest, decision, role },
    step: waiting?.step ?? '',
    factsDigest: waiting?.factsDigest ?? '',
    by: identity(),
    ...(reason === undefined ? {} : { reason }),
    nonce: randomBytes(16).toString('hex'),
    votedAt: new Date().toISOString(),
  }
}

/** What the run refuses at once, such as a vote on facts that have changed, is an answer too. */
function asVerdict(error: unknown): VoteVerdict {
  if (error instanceof WorkflowUpdateFailedError) return { counted: false, why: error.cause?.message ?? error.message }
  throw error
}

function report({ counted, why }: VoteVerdict, decision: Vote['decision']): Exit {
  print(
    counted
      ? `${decision === 'approve' ? 'approved' : 'rejected'}: the vote counts`
      : `the vote does not count: ${why ?? 'no reason was given'}`,
  )
  return counted ? EXIT.ok : EXIT.refused
}
