import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { canonical } from '../../schemas/canonical.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'
import { jsonDiagnostics } from '../diagnostics/json.ts'
import { junitOf } from '../diagnostics/junit.ts'
import { inOrder, renderDiagnostics } from '../diagnostics/render.ts'
import { sarifOf } from '../diagnostics/sarif.ts'
import type { Config } from '../host/config.ts'
import { readConfig } from '../host/config.ts'
import { echoedPath } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { overdueReviews } from '../language/catalogue.ts'
import { openCatalogue } from './catalogue.ts'
import type { ReadCatalogue } from './catalogue.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { isFolder } from './is-folder.ts'
import type { Call } from './program.ts'
import { columns, paint, print, printAsIs } from './terminal.ts'
import { version } from './version.ts'

/** In which form findings are printed; for people where none is asked for. */
export interface Formats {
  readonly json?: true
  readonly sarif?: true
  readonly junit?: true
}

/** Finds every mistake of the catalogue, or of the folder or files that are named. */
export async function check({ folder, args, options }: Call<Formats>): Promise<Exit> {
  const config = readConfig(folder)
  const paths = args.map((path) => resolve(path))
  const folders = paths.filter((path) => isFolder(path))
  const catalogue = folders[0] ?? config.catalogue
  if (folders.length > 1)
    throw new OperatorError('RP0005', 'one folder is checked at a time', 'a catalogue is one folder')
  const read = await openCatalogue({ ...config, catalogue })
  const files = paths.filter((path) => path !== catalogue).map((path) => nameIn(catalogue, path, read))
  const all = inOrder([...read.compiled.diagnostics, ...overdueReviews(read.compiled, today())])
  const found = all.filter(({ span }) => files.length === 0 || files.includes(span.file))
  const pathOf = (file: string) => pathFrom(folder, file, { ...config, catalogue })
  const printed = formatted(found, { options, read, files, pathOf })
  if (printed === undefined) report(found, files, read)
  else printAsIs(printed)
  return found.some(isError) ? EXIT.runbookWrong : EXIT.ok
}

/** By UTC, so that everybody is told the same. */
function today(): string {
  return new Date().toISOString().slice(0, 10)
}

/** Files are known by their name below the catalogue's folder. */
function nameIn(catalogue: string, path: string, { texts }: ReadCatalogue): string {
  const name = [basename(catalogue), ...relative(catalogue, path).split(sep)].join('/')
  if (name in texts) return name
  throw new OperatorError(
    'RP0005',
    `${echoedPath(path)} is not part of the catalogue ${echoedPath(catalogue)}`,
    'name a .yaml file below it, or a folder that is a catalogue',
  )
}

/** For other programs: the same findings, in the form that was asked for. */
function formatted(
  found: readonly Diagnostic[],
  at: { options: Formats; read: ReadCatalogue; files: readonly string[]; pathOf: (file: string) => string },
): string | undefined {
  const { json, sarif, junit } = at.options
  const { texts } = at.read
  if (json === true) return canonical(jsonDiagnostics(found, texts))
  if (sarif === true) return JSON.stringify(sarifOf(found, { texts, version: version(), pathOf: at.pathOf }), null, 2)
  if (junit !== true) return undefined
  return junitOf(found, { texts, files: at.files.length > 0 ? at.files : Object.keys(texts) }).trimEnd()
}

/** Other programs know a file by its path from the working folder. */
function pathFrom(folder: string, file: string, { catalogue, policyOverlays }: Config): string {
  const overlay = policyOverlays.find((path) => basename(path) === file)
  const path = overlay ?? join(dirname(catalogue), file)
  return relative(folder, path).split(sep).join('/')
}

function report(found: readonly Diagnostic[], files: readonly string[], { compiled, texts }: ReadCatalogue): void {
  if (found.length > 0) print(renderDiagnostics(found, texts, columns()))
  const errors = found.filter(isError).length
  const looked = files.length > 0 ? files.join(', ') : `${Object.keys(texts).length} files`
  const runbooks = files.length > 0 ? '' : `, runbooks: ${Object.keys(compiled.runbooks).join(', ') || 'none'}`
  if (errors > 0) print(paint('red', `${errors} ${errors === 1 ? 'mistake' : 'mistakes'} in ${looked}`))
  else print(`${paint('green', 'ok')}: ${looked}${runbooks}`)
}

function isError({ severity }: Diagnostic): boolean {
  return severity === 'error'
}
