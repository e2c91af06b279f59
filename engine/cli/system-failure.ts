import { echoedPath } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'

const CLOSED = 'let this user make and write files there, or name another folder: --folder <dir>'
const FULL = 'free some space there, then say it again'

const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: CLOSED,
  EPERM: CLOSED,
  EROFS: CLOSED,
  EMFILE: 'let a process open more files: ulimit -n 4096',
  ENFILE: 'close other programs: this machine opens no more files',
  ENAMETOOLONG: 'name a shorter path',
}

const OTHERS = ['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP', 'EIO', 'EEXIST', 'ENXIO', 'EBUSY', 'EFBIG']

/** An error with which the operating system refused a file or a folder, in words for who typed; undefined for every other error. */
export function systemFailure(error: unknown): OperatorError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code = '', syscall, path } = error as NodeJS.ErrnoException
  if (syscall === undefined || !(Object.hasOwn(HINTS, code) || OTHERS.includes(code))) return undefined
  const reason = /^[A-Z]+: ([^,]+)/.exec(error.message)?.[1] ?? 'refused'
  const what = path === undefined ? 'a file' : echoedPath(path)
  return new OperatorError('RP0109', `${what} cannot be used: ${reason} (${code}, ${syscall})`, hintFor(code, syscall))
}

/** The same where it is the result that cannot be written. */
export function unwritten({ code = 'unwritable' }: NodeJS.ErrnoException): OperatorError {
  const message = `what was asked for was done, and the result cannot be written (${code})`
  return new OperatorError('RP0109', message, HINTS[code] ?? 'give it another standard output')
}

/** Where no folder can be made, Node says that there is none above it. */
function hintFor(code: string, syscall: string): string {
  if (code === 'ENOENT' && syscall === 'mkdir') return CLOSED
  return HINTS[code] ?? 'look at what lies there; --debug shows who asked for it'
}
