import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { OperatorError } from '../host/operator-error.ts'

/** The working folder: the one that is named, else where the command was typed. */
export function folderOf(named: string | undefined): string {
  const folder = resolve(named ?? '.')
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return folder
  throw new OperatorError('RP0002', `there is no folder ${folder}`, 'name one that exists: --folder <dir>')
}
