import { readFileSync, statSync } from 'node:fs'
import { readAllowedSigners } from '../../../evidence/ssh/allowed-signers.ts'
import type { AllowedSigners } from '../../../evidence/ssh/allowed-signers.ts'
import type { Config } from '../config.ts'

/** Who may sign votes, or why nobody can tell, and what to do about it. */
export type Listed = { readonly signers: AllowedSigners } | { readonly problem: string; readonly hint: string }

/** The `allowed_signers` of the configuration, as they are now: a line that was taken out binds at the next vote and the next effect. */
export function allowedSignersOf({ votes }: Pick<Config, 'votes'>): Listed {
  const file = votes.allowedSigners
  try {
    if ((statSync(file).mode & 0o022) !== 0)
      return { problem: `others than its owner can change ${file}`, hint: `chmod 600 ${file}` }
    return { signers: readAllowedSigners(readFileSync(file, 'utf8')) }
  } catch (error) {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    return {
      problem: `${file} cannot be read (${code})`,
      hint: 'list who may sign: runproof keys init --signer <name>=<public key file>',
    }
  }
}
