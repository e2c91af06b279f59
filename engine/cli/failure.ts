import { CommanderError } from 'commander'
import { EvidenceError } from '../../evidence/errors.ts'
import { echoed } from '../host/echo.ts'
import { OperatorError } from '../host/operator-error.ts'
import { CODES, entryOf } from './codes.ts'
import { EXIT } from './exit.ts'
import type { Exit } from './exit.ts'
import { systemFailure } from './system-failure.ts'
import { paintError, say } from './terminal.ts'

interface Failure {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly exit: Exit
}

/** Says what went wrong and what to do about it; a stack only where it was asked for. Answers with the exit code. */
export function reportFailure(error: unknown, { debug }: { readonly debug: boolean }): Exit {
  if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
  const { code, message, hint, exit } = failureOf(error)
  say(`${paintError('red', `error[${code}]`)}: ${bounded(message)}`)
  if (hint !== undefined) say(`${paintError('cyan', 'hint')}: ${bounded(hint)}`)
  if (debug && error instanceof Error) say(error.stack ?? '')
  return exit
}

/** However long a line is that came from elsewhere, its beginning tells what it is about. */
const LONGEST_LINE = 2_000

function bounded(message: string): string {
  const lines = message.split('\n')
  return lines.map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line)).join('\n')
}

/** What an error means for who typed: its code, what to do about it, and the exit code. */
export function failureOf(error: unknown): Failure {
  if (error instanceof OperatorError) return known(error.code, error.message, error.hint)
  if (error instanceof CommanderError) return ofCommandLine(error)
  if (error instanceof EvidenceError) return known('RP0501', error.message, error.hint)
  const unusable = unusableNamespace(error)
  if (unusable !== undefined) return known('RP0204', unusable, CODES.RP0204.cure)
  if (isTemporalAway(error)) return known('RP0201', 'Temporal does not answer', CODES.RP0201.cure)
  if (isOfService(error)) return ofService(error)
  const refused = systemFailure(error)
  if (refused !== undefined) return known(refused.code, refused.message, refused.hint)
  return known('RP0901', error instanceof Error ? error.message : String(error), CODES.RP0901.cure)
}

function known(code: string, message: string, hint: string): Failure {
  return { code, message, hint, exit: entryOf(code)?.exit ?? EXIT.runFailed }
}

/** A namespace that is not there, or was never made ready for Runproof. */
function unusableNamespace(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, details = '' } = (error.cause ?? error) as { readonly code?: unknown; readonly details?: string }
  if (error.name === 'NamespaceNotFoundError' || (code === NOT_FOUND && /^Namespace \S+ is not found/.test(details)))
    return 'the namespace is not there'
  if (code === INVALID && /\bRunproof[A-Z]\w+/.test(details))
    return 'the namespace lacks the search attributes of Runproof'
  return undefined
}

const INVALID = 3
const NOT_FOUND = 5

/** Commander writes `error: unknown option '--x'` and `(Did you mean --y?)`. */
function ofCommandLine({ message, help }: CommanderError & { readonly help?: string }): Failure {
  const [, what = '', suggestion] = /^(?:error: )?(.*?)(?:\n\(D(id you mean [^\n]*)\))?$/s.exec(message) ?? []
  const hint = suggestion === undefined ? (help ?? CODES.RP0002.cure) : `d${suggestion}`
  return known(
    'RP0002',
    what.replace(/'(.*?)'(?=$|[ :.])/gs, (_, said: string) => `\`${echoed(said)}\``).replace(/\.$/, ''),
    hint,
  )
}

/** By name: engine/services, with Temporal's client behind it, is loaded by those commands alone that need it. */
function isOfService(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ServiceError' && error.cause === undefined
}

/** Its message names every way there is, and may bring a hint of its own. */
function ofService({ message }: Error): Failure {
  const exit = CODES.RP0202.exit
  return message.includes('hint:')
    ? { code: 'RP0202', message, exit }
    : { ...known('RP0202', message, CODES.RP0202.cure), exit }
}

const UNAVAILABLE = [4, 14]

function isTemporalAway(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { readonly code?: unknown } | undefined) : undefined
  return typeof cause?.code === 'number' && UNAVAILABLE.includes(cause.code)
}
