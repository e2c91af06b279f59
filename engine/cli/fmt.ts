import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { errorCode } from '../../evidence/errors.ts'
import { readSmallFile } from '../../evidence/small-file.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'
import { renderDiagnostics } from '../diagnostics/render.ts'
import type { Texts } from '../diagnostics/render.ts'
import { readConfig } from '../host/config.ts'
import { echoedPath } from '../host/echo.ts'
import { readConfigured } from '../host/installation.ts'
import { OperatorError } from '../host/operator-error.ts'
import { sourceOf } from '../language/catalogue.ts'
import { formatYaml } from '../language/format.ts'
import { Report } from '../language/report.ts'
import type { Source } from '../language/source.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { columns, print } from './terminal.ts'

/**
 * Writes YAML files in one way, keeping comments; without names, every file of the catalogue. With `--check` it only says which differ.
 * A file with mistakes in its YAML stays as it is, and its mistakes are told.
 */
export async function fmt({ folder, args, options }: Call<{ check?: true }>): Promise<Exit> {
  const paths = args.length > 0 ? args.map((path) => resolve(path)) : await catalogueFiles(folder)
  const sources = paths.map((path) => readSource(folder, path))
  const { texts, found } = mistakesIn(sources)
  const sound = sources.filter(({ file }) => found.every(({ span }) => span.file !== file))
  const untidy = sound.filter(({ text }) => formatYaml(text) !== text)
  if (options.check !== true) for (const { path, text } of untidy) await replace(path, formatYaml(text))
  for (const { file } of untidy) print(file)
  if (found.length > 0) print(renderDiagnostics(found, texts, columns()))
  const wrong = found.length > 0 || (options.check === true && untidy.length > 0)
  return wrong ? EXIT.runbookWrong : EXIT.ok
}

/** The file is whole at every moment, as it was or as it will be: a disk that is full takes nothing of it away. */
async function replace(path: string, text: string): Promise<void> {
  const file = await realpath(path)
  const { mode } = await stat(file)
  const draft = `${file}.${process.pid}.tmp`
  try {
    await writeFile(draft, text, { flag: 'wx', mode, flush: true })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

async function catalogueFiles(folder: string): Promise<string[]> {
  const { catalogue } = readConfig(folder)
  const { files } = await readConfigured({ catalogue, policyOverlays: [] })
  return files.map(({ file }) => join(catalogue, ...file.split('/').slice(1)))
}

function readSource(folder: string, path: string): Source & { readonly path: string } {
  try {
    return { ...sourceOf(relative(folder, path), readSmallFile(path)), path }
  } catch (error) {
    const why = errorCode(error) ?? 'unreadable'
    throw new OperatorError('RP0006', `${echoedPath(path)} cannot be read (${why})`, 'name YAML files of a catalogue')
  }
}

function mistakesIn(sources: readonly Source[]): { texts: Texts; found: readonly Diagnostic[] } {
  const report = new Report()
  for (const source of sources) parseYaml(source, report)
  return { texts: Object.fromEntries(sources.map(({ file, text }) => [file, text])), found: report.found }
}
