import { errorCode } from '../../evidence/errors.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import { OperatorError } from '../host/operator-error.ts'

/** A Plan is the largest of them, and is far smaller. */
const LIMIT_BYTES = 16 * 2 ** 20

/** The file with JSON that the command line names, once it is known to have an end; `-`, the standard input, as it is. */
export function fileWithAnEnd(file: string): string {
  if (file === '-') return file
  try {
    readSmallFile(file, { limitBytes: LIMIT_BYTES })
    return file
  } catch (error) {
    const why = errorCode(error) ?? 'unreadable'
    throw new OperatorError('RP0006', `${file} cannot be used: it cannot be read (${why})`, 'name a file with JSON')
  }
}
