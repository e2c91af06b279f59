import { existsSync, globSync, readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { errorCode } from '../../../evidence/errors.ts'
import { echoedPath } from '../../host/echo.ts'
import { OperatorError } from '../../host/operator-error.ts'
import { EXIT } from '../exit.ts'
import type { Exit } from '../exit.ts'
import type { Call } from '../program.ts'
import { paint, plain, print, printJson } from '../terminal.ts'

/** Options of `runproof init`. */
export interface Init {
  readonly json?: true
}

const TEMPLATES = fileURLToPath(new URL('../templates/', import.meta.url))

/** Makes a small catalogue that passes `runproof check` and `runproof test`; what is there already is never overwritten. */
export async function init({ folder, args, options }: Call<Init>): Promise<Exit> {
  const target = resolve(folder, args[0] ?? '.')
  const files = globSync('**/*.yaml', { cwd: TEMPLATES }).sort()
  refuseToOverwrite(target, files)
  for (const file of files) await place(join(target, file), readFileSync(join(TEMPLATES, file), 'utf8'))
  if (options.json === true) printJson({ folder: target, files })
  else print(madeText(plain(shownFrom(folder, target)), files).join('\n'))
  return EXIT.ok
}

function refuseToOverwrite(target: string, files: readonly string[]): void {
  const there = ['runbooks', ...files].find((file) => existsSync(join(target, file)))
  if (there === undefined) return
  throw new OperatorError(
    'RP0007',
    `${echoedPath(join(target, there))} is there already, and nothing was written`,
    'name a folder of its own: runproof init my-runbooks',
  )
}

/** Another process that makes the same file is not overwritten either. */
async function place(path: string, text: string): Promise<void> {
  try {
    await makeFolder(dirname(path))
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    const message = `${echoedPath(path)} cannot be made (${errorCode(error) ?? 'unwritable'})`
    throw new OperatorError('RP0007', message, 'name a folder that this user can make: runproof init my-runbooks')
  }
}

/** One after the other: where a system makes no folders, such as in /proc, Node's own way does not end. */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error
  })
}

/** As somebody would type it. */
function shownFrom(folder: string, target: string): string {
  const path = relative(folder, target)
  return path.startsWith('..') ? target : path
}

function madeText(folder: string, files: readonly string[]): string[] {
  const into = folder === '' ? '' : ` --folder ${folder}`
  return [
    ...files.map((file) => `  ${paint('green', 'made')}  ${join(folder, file)}`),
    '',
    'next:',
    `  runproof check${into}                  finds every mistake`,
    `  runproof test${into}                   tries the scenarios on recorded facts`,
    `  runproof test --mutate${into}          shows whether the scenarios would notice a weaker rule`,
    `  runproof plan hold-promotions${into}   shows what it would do, and which rules guard it`,
  ]
}
