import { writeFile } from 'node:fs/promises'
import { canonical } from '../../../schemas/canonical.ts'
import { errorCode } from '../../../evidence/errors.ts'
import { readSmallFile } from '../../../evidence/small-file.ts'
import { VOTE_NAMESPACE } from '../../../evidence/voter.ts'
import type { SignedVote, Vote } from '../../../schemas/run.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import { print } from '../terminal.ts'

/** Writes a vote to be signed elsewhere, by its own person with nothing but OpenSSH. The bytes of the file are what is signed. */
export async function writeDraft(file: string, vote: Vote, args: readonly string[]): Promise<Exit> {
  if (vote.by.assurance !== 'signed')
    throw new OperatorError(
      'RP0311',
      'a draft names who will sign it',
      `runproof ${verbOf(vote)} … --draft ${file} --as <name>`,
    )
  await writeFile(file, canonical(vote), { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    const { code = 'unwritable' } = error as NodeJS.ErrnoException
    throw new OperatorError('RP0311', `${file} cannot be written (${code})`, 'name a file that is not there yet')
  })
  print(`written  ${file}: read it, it is what ${vote.by.user} says`)
  print(`sign     ssh-keygen -Y sign -n ${VOTE_NAMESPACE} -f <key> ${file}`)
  print(`hand in  runproof ${verbOf(vote)} ${args.join(' ')}${overriding(vote)} --signed ${file}`)
  return EXIT.ok
}

function verbOf({ decision }: Vote): string {
  return decision === 'choose' ? 'answer' : decision
}

function overriding({ overrides }: Vote): string {
  return overrides === undefined ? '' : ` --rule ${overrides.rule}`
}

/** A vote that was signed elsewhere, from its file and the signature beside it. It must be the vote that the command says. */
export async function readSignedDraft(
  file: string,
  said: Pick<Vote, 'runId' | 'decision'>,
): Promise<Pick<SignedVote, 'vote' | 'ssh'>> {
  const text = readText(file)
  const signature = readText(`${file}.sig`)
  const vote = parsed(text)
  if (vote?.runId !== said.runId || vote.decision !== said.decision || vote.by.assurance !== 'signed')
    throw new OperatorError(
      'RP0311',
      `${file} is no such vote on ${said.runId}`,
      'write it with --draft, and change nothing',
    )
  return { vote, ssh: { principal: vote.by.user, signature } }
}

function readText(file: string): string {
  try {
    return readSmallFile(file).toString('utf8')
  } catch (error) {
    throw new OperatorError(
      'RP0311',
      `${file} cannot be read (${errorCode(error) ?? 'unreadable'})`,
      `sign the draft: ssh-keygen -Y sign -n ${VOTE_NAMESPACE} -f <key> <draft>`,
    )
  }
}

function parsed(text: string): Vote | undefined {
  try {
    const vote = JSON.parse(text) as Partial<Vote> | null
    return vote?.type === 'runproof.vote.v1' && typeof vote.by?.user === 'string' && canonical(vote) === text
      ? (vote as Vote)
      : undefined
  } catch {
    return undefined
  }
}
