/** An error of the evidence store, its keys or its sealing: a sentence for people, and what to do about it. */
export class EvidenceError extends Error {
  override readonly name: string = 'EvidenceError'
  readonly hint: string
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause })
    this.hint = hint
  }
}

/** A different record of this name is already there; nothing was changed. */
export class EvidenceConflict extends EvidenceError {
  override readonly name = 'EvidenceConflict'
}

/** The store cannot be read or written now; nothing half-written is visible. */
export class EvidenceUnavailable extends EvidenceError {
  override readonly name = 'EvidenceUnavailable'
}

/** The sealing does not sign this: it is no run that it knows of, or not as it is told. */
export class EvidenceRefused extends EvidenceError {
  override readonly name = 'EvidenceRefused'
}

const CAUSES: Readonly<Record<string, readonly [string, string]>> = {
  ENOTDIR: ['a file stands where a folder should be', 'move that file away'],
  EEXIST: ['a file stands where a folder should be', 'move that file away'],
  ENOSPC: ['the disk is full', 'make room on it'],
  EDQUOT: ['the disk quota is used up', 'make room, or raise the quota'],
  EROFS: ['the file system is read-only', 'mount it for writing, or configure another folder'],
  EACCES: ['this user may not use it', 'give this user the folder, or configure another one'],
  EPERM: ['this user may not use it', 'give this user the folder, or configure another one'],
  EMFILE: ['too many files are open', 'raise the limit of open files'],
  EIO: ['the disk reports an error', 'check the disk'],
}

/** What the operating system said, as an error that names the store and the cure. */
export function unavailable(dir: string, cause: unknown): EvidenceUnavailable {
  const code = errorCode(cause) ?? 'unknown error'
  const [why, hint] = CAUSES[code] ?? [`the system answers ${code}`, 'check the folder and its disk']
  return new EvidenceUnavailable(`the evidence store ${dir} cannot be used: ${why} (${code})`, hint, cause)
}

/** The system's code of an error (`ENOENT`), where it has one. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
