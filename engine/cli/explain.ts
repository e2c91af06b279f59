import { CODES as OF_EVIDENCE } from '../../evidence/codes.ts'
import { CODES as OF_LANGUAGE, explainCode, renderCode } from '../diagnostics/catalogue/index.ts'
import { didYouMean } from '../diagnostics/suggest.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { CODES } from './codes.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import type { Call } from './program.ts'
import { print, printJson } from './terminal.ts'

interface Told {
  readonly title: string
  readonly cause: string
  readonly cure: string
}

const TOLD: ReadonlyMap<string, Told> = new Map<string, Told>([
  ...Object.entries(CODES),
  ...Object.entries(OF_EVIDENCE),
])

/** Explains a code of the language, of evidence, or of the command line. */
export async function explain({ args, options }: Call<{ json?: true }>): Promise<Exit> {
  const code = (args[0] ?? '').toUpperCase()
  const told = TOLD.get(code)
  const ofLanguage = explainCode(code)
  const entry = ofLanguage ?? told
  if (options.json === true && entry !== undefined) printJson({ code, ...entry })
  else if (ofLanguage !== undefined) print(renderCode(code, ofLanguage).trimEnd())
  else if (told !== undefined) print(`${code}: ${told.title}\n\n  cause  ${told.cause}\n  cure   ${told.cure}`)
  else throw unknownCode(code)
  return EXIT.ok
}

function unknownCode(code: string): OperatorError {
  const hint = didYouMean(code, [...TOLD.keys(), ...Object.keys(OF_LANGUAGE)])
  return new OperatorError(
    'RP0002',
    `there is no error code \`${echoed(code)}\``,
    hint ?? 'codes look so: RB0201, EV0301, RP0103',
  )
}
