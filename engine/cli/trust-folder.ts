import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { StateFolder } from '../host/state-folder.ts'
import { plain } from './terminal.ts'

/** The trust folder of an installation: as somebody would type it, and whether it was made. */
export interface Trust {
  readonly path: string
  readonly made: boolean
}

/** Where `runproof keys init` makes the trust folder of a working folder. */
export function trustOf(folder: string): Trust {
  const whole = join(new StateFolder(folder).path, 'trust')
  const path = relative('', whole)
  return { path: plain(path.startsWith('..') ? whole : path), made: existsSync(whole) }
}
