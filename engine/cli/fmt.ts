import { readFile, writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { readConfig } from '../host/config.ts'
import { OperatorError } from '../host/operator-error.ts'
import { readCatalogue } from '../language/catalogue.ts'
import { formatYaml } from '../language/format.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print } from './terminal.ts'

/** Writes YAML files in one way, keeping comments; without names, every file of the catalogue. With `--check` it only says which differ. */
export async function fmt({ folder, args, options }: Call<{ check?: true }>): Promise<Exit> {
  const paths = args.length > 0 ? args.map((path) => resolve(path)) : await catalogueFiles(folder)
  const untidy: string[] = []
  for (const path of paths) if (await tidied(path, options.check !== true)) untidy.push(relative(folder, path))
  for (const path of untidy) print(path)
  if (options.check === true) return untidy.length === 0 ? EXIT.ok : EXIT.runbookWrong
  return EXIT.ok
}

async function catalogueFiles(folder: string): Promise<string[]> {
  const { catalogue } = readConfig(folder)
  const { files } = await readCatalogue(catalogue)
  return files.map(({ file }) => join(catalogue, ...file.split('/').slice(1)))
}

/** Whether the file was not as it would be written; it is written only where that is wanted. */
async function tidied(path: string, write: boolean): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code = 'unreadable' } = error as NodeJS.ErrnoException
    throw new OperatorError('RP0006', `${path} cannot be read (${code})`, 'name YAML files of a catalogue')
  })
  const formatted = formatYaml(text)
  if (formatted === text) return false
  if (write) await writeFile(path, formatted)
  return true
}
