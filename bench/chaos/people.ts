import { randomBytes } from 'node:crypto'
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import type { WorkflowHandle } from '@temporalio/client'
import type { AdmissionKeys } from '../../engine/host/admission.ts'
import { castVote } from '../../engine/host/runs.ts'
import { jsonBytes } from '../../evidence/digest.ts'
import { VOTE_NAMESPACE } from '../../evidence/voter.ts'
import type { RunState, Vote, VoteVerdict, Waiting } from '../../schemas/run.ts'
import { SIGNER } from './installation.ts'

/** Those who answer what runs ask. */
export interface People {
  /** Answers the open question of a run, by name or with a signature. */
  answer(handle: WorkflowHandle, state: RunState, how: 'plain' | 'signed'): Promise<VoteVerdict | undefined>
}

/** Makes a key with OpenSSH, and lists it as the one that may sign votes. */
export async function openPeople(folder: string, keys: AdmissionKeys): Promise<People> {
  const key = join(folder, 'voter')
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', SIGNER, '-f', key])
  const list = join(folder, '.runproof', 'allowed_signers')
  await appendFile(list, `${SIGNER} ${await readFile(`${key}.pub`, 'utf8')}`, { mode: 0o600 })
  return {
    answer: async (handle, state, how) => {
      const [question] = state.questions ?? []
      if (question === undefined) return undefined
      const vote = voteOn(state, question, how)
      const ssh = how === 'plain' ? undefined : { principal: SIGNER, signature: await sign(vote, { folder, key }) }
      return castVote(handle, await keys.take(vote, ssh))
    },
  }
}

function voteOn({ runId, planDigest }: RunState, { step, factsDigest }: Waiting, how: 'plain' | 'signed'): Vote {
  const by =
    how === 'plain'
      ? ({ user: userInfo().username, host: 'chaos', assurance: 'self-asserted' } as const)
      : ({ user: SIGNER, host: 'chaos', assurance: 'signed' } as const)
  return {
    type: 'runproof.vote.v1',
    ...{ runId, planDigest, step, factsDigest, by },
    decision: 'choose',
    option: 'go',
    role: 'incident-lead',
    nonce: randomBytes(16).toString('hex'),
    votedAt: new Date().toISOString(),
  }
}

async function sign(vote: Vote, { folder, key }: { readonly folder: string; readonly key: string }): Promise<string> {
  const own = await mkdtemp(join(folder, 'sign-'))
  try {
    const file = join(own, 'vote.json')
    await writeFile(file, jsonBytes(vote))
    await execa('ssh-keygen', ['-Y', 'sign', '-q', '-n', VOTE_NAMESPACE, '-f', key, file])
    return await readFile(`${file}.sig`, 'utf8')
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}
