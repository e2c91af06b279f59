import { basename } from 'node:path'
import { readConfig } from '../../host/config.ts'
import { readConfigured, shippedContracts } from '../../host/installation.ts'
import { kindOfFile } from '../../language/files.ts'
import { Report } from '../../language/report.ts'
import { typeTable } from '../../language/type-table.ts'
import type { MapEntry, Node } from '../../language/yaml/node.ts'
import { parseYaml } from '../../language/yaml/parse.ts'
import { flagOf, isReserved } from '../run/inputs.ts'

/** Other names are no inputs, and other words no values: a shell may take what stands in them for its own. */
const NAME = /^[a-z][a-zA-Z0-9]*$/
const WORD = /^[a-z0-9]+(-[a-z0-9]+)*$/

/** The options by which a runbook's inputs are given, as far as its file can be read; nothing is compiled while somebody types. */
export async function inputFlags(folder: string, runbook: string): Promise<string[]> {
  return (await inputsIn(folder, runbook)).map(({ key }) => `--${flagOf(key)}`)
}

/** The values that the input of such an option can have, where they are few and known. */
export async function inputValues(folder: string, runbook: string, flag: string): Promise<string[]> {
  const input = (await inputsIn(folder, runbook)).find(({ key }) => `--${flagOf(key)}` === flag)
  const type = typeTable(shippedContracts).get(typeNameOf(input?.value))
  if (type?.kind === 'bool') return ['true', 'false']
  return type?.kind === 'enum' ? type.words.filter((word) => WORD.test(word)) : []
}

async function inputsIn(folder: string, runbook: string): Promise<MapEntry[]> {
  const { files } = await readConfigured({ ...readConfig(folder), policyOverlays: [] })
  const source = files.find((file) => kindOfFile(file) === 'runbook' && basename(file.file, '.yaml') === runbook)
  const inputs = source && entriesOf(parseYaml(source, new Report())).find(({ key }) => key === 'inputs')
  return entriesOf(inputs?.value).filter(({ key }) => NAME.test(key) && !isReserved(key))
}

/** `mode: binding-state`, or `mode: { type: binding-state, … }`. */
function typeNameOf(node: Node | undefined): string {
  const word = node?.kind === 'map' ? node.entries.find(({ key }) => key === 'type')?.value : node
  return word?.kind === 'scalar' ? word.text : ''
}

function entriesOf(node: Node | undefined): readonly MapEntry[] {
  return node?.kind === 'map' ? node.entries : []
}
