import { randomUUID } from 'node:crypto'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AdmissionKeys } from '../../engine/host/admission.ts'
import { expect } from 'vitest'
import { jsonBytes } from '../../evidence/digest.ts'
import type { SignedAdmission, SignedVote, Vote } from '../../schemas/run.ts'
import type { Person } from './ssh-keys.ts'

/** What is answered of a vote that counts and is recorded. */
export const COUNTED = { counted: true, record: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string }

/** Lists people as signers of an installation. */
export async function listSigners(folder: string, people: readonly { readonly line: string }[]): Promise<string> {
  const file = join(folder, '.runproof', 'allowed_signers')
  await mkdir(join(folder, '.runproof'), { recursive: true, mode: 0o700 })
  await writeFile(file, people.map(({ line }) => `${line}\n`).join(''))
  await chmod(file, 0o600)
  return file
}

/** A vote in all its parts, as a command makes it, before anybody signs it. */
export function voteFor(
  { admission }: SignedAdmission,
  said: Pick<Vote, 'step' | 'role' | 'factsDigest'> & Partial<Vote> & { readonly name: string },
): Vote {
  const { name, ...given } = said
  return {
    type: 'runproof.vote.v1',
    runId: admission.runId,
    planDigest: admission.planDigest,
    decision: 'approve',
    by: { user: name, host: 'test', assurance: 'signed' },
    login: { user: name, host: 'test' },
    nonce: randomUUID().replaceAll('-', ''),
    votedAt: new Date().toISOString(),
    ...given,
  }
}

/** Signs a vote with a person's own key, and has it taken by the installation. */
export async function signedBy(person: Pick<Person, 'sign'>, vote: Vote, keys: AdmissionKeys): Promise<SignedVote> {
  const signature = await person.sign(jsonBytes(vote))
  return keys.take(vote, { principal: vote.by.user, signature })
}
