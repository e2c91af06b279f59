import { didYouMean } from '../diagnostics/suggest.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { SCHEMAS, schemaText } from '../language/json-schema/index.ts'
import type { SchemaEntry } from '../language/json-schema/index.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print, printAsIs } from './terminal.ts'
import { table } from './view/table.ts'

/** Prints the JSON Schema of one kind of file, or which kinds there are. */
export async function schema({ args: [kind] }: Call): Promise<Exit> {
  if (kind === undefined) for (const line of kinds()) print(line)
  else printAsIs(schemaText(entryOf(kind)).trimEnd())
  return EXIT.ok
}

function kinds(): string[] {
  return table(
    ['KIND', 'FILES'],
    Object.entries(SCHEMAS).map(([kind, { files }]) => [kind, files]),
  )
}

function entryOf(kind: string): SchemaEntry {
  const found = Object.entries(SCHEMAS).find(([name]) => name === kind)
  if (found !== undefined) return found[1]
  throw new OperatorError(
    'RP0002',
    `there is no kind of file \`${echoed(kind)}\``,
    didYouMean(kind, Object.keys(SCHEMAS)) ?? 'see the kinds with `runproof schema`',
  )
}
