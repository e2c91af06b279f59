import type { SignedVote } from '../schemas/run.ts'
import { jsonBytes } from './digest.ts'
import type { AllowedSigners } from './ssh/allowed-signers.ts'
import { namesSecurityKey, signedBy } from './ssh/signature.ts'
import { signerOf } from './ssh/signer.ts'

/** What a vote's own signature is made for: one that was made for anything else is none. */
export const VOTE_NAMESPACE = 'runproof-vote'

/** Who has signed a vote, with which key; or why nobody has. */
export type Voter = { readonly principal: string; readonly fingerprint: string } | { readonly nobody: string }

/**
 * Who has signed a vote, as the list of signers says at this time. Without a list, the signature alone is looked at, and the name is
 * the one that the vote gives itself.
 */
export function voterOf(signed: SignedVote, signers: AllowedSigners | undefined, at: Date): Voter {
  const { vote, ssh } = signed
  if (ssh === undefined || vote.by.assurance !== 'signed')
    return { nobody: 'this vote carries no signature of its own' }
  const by = signedBy(ssh.signature, jsonBytes(vote), VOTE_NAMESPACE)
  if (by === undefined) return { nobody: whyNobody(ssh.signature) }
  const { fingerprint } = by.key
  const signer =
    signers === undefined
      ? { principal: vote.by.user }
      : signerOf(signers, { blob: by.blob, fingerprint }, { namespace: VOTE_NAMESPACE, at })
  if ('nobody' in signer) return signer
  if (signer.principal !== vote.by.user || signer.principal !== ssh.principal)
    return { nobody: `the key ${fingerprint} is that of ${signer.principal}, not of ${vote.by.user}` }
  return { principal: signer.principal, fingerprint }
}

function whyNobody(signature: string): string {
  const untouched = namesSecurityKey(signature) ? ', or nobody touched the security key for it' : ''
  return `the signature of this vote does not hold${untouched}`
}
