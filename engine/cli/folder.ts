import { resolve } from 'node:path'
import { echoedPath } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { isFolder } from './is-folder.ts'

/** The working folder: the one that is named, else where the command was typed. */
export function folderOf(named: string | undefined): string {
  const folder = resolve(named ?? '.')
  if (isFolder(folder)) return folder
  throw new OperatorError('RP0002', `there is no folder ${echoedPath(folder)}`, 'name one that exists: --folder <dir>')
}
