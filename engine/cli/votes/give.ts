import { WorkflowUpdateFailedError } from '@temporalio/client'
import type { WorkflowHandle } from '@temporalio/client'
import { jsonBytes } from '../../../evidence/digest.ts'
import type { RunState, SignedVote, Vote, VoteVerdict, Waiting } from '../../../schemas/run.ts'
import { readConfig } from '../../host/config.ts'
import { castVote, findRun, stateOf } from '../../host/runs.ts'
import type { StateFolder } from '../../host/state-folder.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { admitting, atStation } from '../station.ts'
import { print } from '../terminal.ts'
import { questionText } from '../view/question-text.ts'
import type { VoteOptions } from '../vote.ts'
import { voteOn } from './answer.ts'
import type { Answer } from './answer.ts'
import { confirmed } from './confirm.ts'
import { readSignedDraft, writeDraft } from './draft.ts'
import { refuseAbsolute } from './overridable.ts'
import { questionFor } from './question.ts'
import { roleFor } from './role.ts'
import { voiceOf } from './speaker.ts'
import type { Voice } from './speaker.ts'
import { signWithSsh } from './ssh-keygen.ts'

/** Shows what is asked, makes the vote, signs it with the key at hand, and hands it to the run; says whether it counts. */
export async function giveVote({ folder, args, options }: Call<VoteOptions>, answer: Answer): Promise<Exit> {
  const [runId = ''] = args
  return atStation(folder, async ({ client, state: own }) => {
    const handle = await findRun(client, runId)
    if (options.signed !== undefined) {
      const signed = await readSignedDraft(options.signed, { runId, decision: answer.decision })
      return handIn(handle, signed, own)
    }
    const state = await stateOf(handle)
    const made = await makeVote(state, answer, { folder, options, own })
    if (options.draft !== undefined) return writeDraft(options.draft, made.vote, args)
    for (const line of questionText({ runId, questions: [made.question] })) print(line)
    const question = `${wordOf(answer)} as ${made.vote.role}${made.voice.key === undefined ? '' : `, signed as ${made.vote.by.user}`}?`
    if (!(await confirmed(question, options))) return EXIT.refused
    return handIn(handle, await signed(made), own)
  })
}

interface Made {
  readonly vote: Vote
  readonly question: Waiting
  readonly voice: Voice
}

async function makeVote(
  state: RunState,
  answer: Answer,
  { folder, options, own }: { folder: string; options: VoteOptions; own: StateFolder },
): Promise<Made> {
  if (answer.overrides !== undefined) {
    const { plans } = await admitting(own)
    refuseAbsolute(state, await plans.find(state.planDigest), answer.overrides.rule)
  }
  const config = readConfig(folder)
  const question = questionFor(state, answer, options.step)
  const voice = await voiceFor(options, { folder, config })
  const role = roleFor(question, answer, { named: options.role, name: voice.by.user, roles: config.roles })
  const { key: _key, ...spoken } = voice
  return { vote: voteOn(state, question, { ...answer, ...spoken, role, now: new Date() }), question, voice }
}

/** A draft is signed elsewhere, by the person that is named. */
async function voiceFor(
  { key, as, draft }: VoteOptions,
  { folder, config }: { folder: string; config: ReturnType<typeof readConfig> },
): Promise<Voice> {
  if (draft !== undefined && as !== undefined) return { by: { user: as, host: 'elsewhere', assurance: 'signed' } }
  return voiceOf(config, { key, as, folder })
}

async function signed({ vote, voice }: Made): Promise<Pick<SignedVote, 'vote' | 'ssh'>> {
  if (voice.key === undefined) return { vote }
  return { vote, ssh: { principal: vote.by.user, signature: await signWithSsh(jsonBytes(vote), voice.key) } }
}

async function handIn(
  handle: WorkflowHandle,
  { vote, ssh }: Pick<SignedVote, 'vote' | 'ssh'>,
  own: StateFolder,
): Promise<Exit> {
  const { keys } = await admitting(own)
  const verdict = await castVote(handle, await keys.take(vote, ssh)).catch(asVerdict)
  print(
    verdict.counted ? `${doneWord(vote)}: the vote counts` : `the vote does not count: ${verdict.why ?? 'no reason'}`,
  )
  return verdict.counted ? EXIT.ok : EXIT.refused
}

/** What the run refuses at once, such as a vote on facts that have changed, is an answer too. */
function asVerdict(error: unknown): VoteVerdict {
  if (error instanceof WorkflowUpdateFailedError) return { counted: false, why: error.cause?.message ?? error.message }
  throw error
}

function wordOf({ decision, option, overrides }: Pick<Answer, 'decision' | 'option' | 'overrides'>): string {
  if (decision === 'choose') return `answer ${option}`
  return decision === 'override' ? `override ${overrides?.rule}` : decision
}

function doneWord({ decision, option, overrides, expiresAt }: Vote): string {
  switch (decision) {
    case 'approve':
      return 'approved'
    case 'reject':
      return 'rejected'
    case 'choose':
      return `answered ${option}`
    case 'override':
      return `overridden ${overrides?.rule}, until ${expiresAt}`
  }
}
