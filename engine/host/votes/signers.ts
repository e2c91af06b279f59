import type { Stats } from 'node:fs'
import { errorCode } from '../../../evidence/errors.ts'
import { readSmallFile } from '../../../evidence/small-file.ts'
import { readAllowedSigners } from '../../../evidence/ssh/allowed-signers.ts'
import type { AllowedSigners } from '../../../evidence/ssh/allowed-signers.ts'
import type { Config } from '../config.ts'

/** Who may sign votes, or why nobody can tell, and what to do about it. */
export type Listed = { readonly signers: AllowedSigners } | { readonly problem: string; readonly hint: string }

/** The `allowed_signers` of the configuration, as they are now: a line that was taken out binds at the next vote and the next effect. */
export function allowedSignersOf({ votes }: Pick<Config, 'votes'>): Listed {
  const file = votes.allowedSigners
  try {
    const bytes = readSmallFile(file, { accept: ownersAlone })
    return { signers: readAllowedSigners(bytes.toString('utf8')) }
  } catch (error) {
    if (error instanceof Changeable)
      return { problem: `others than its owner can change ${file}`, hint: `chmod 600 ${file}` }
    return {
      problem: `${file} cannot be read (${errorCode(error) ?? 'unreadable'})`,
      hint: 'list who may sign: runproof keys init --signer <name>=<public key file>',
    }
  }
}

class Changeable extends Error {}

/** Of the very file that is read then. */
function ownersAlone({ mode }: Stats): void {
  if ((mode & 0o022) !== 0) throw new Changeable()
}
