import { z } from 'zod'
import type { ShellEntry } from '../../schemas/allowlist.ts'
import type { JsonObject } from '../../schemas/json.ts'
import { bool, count, text } from '../../schemas/types.ts'
import { definitionOf } from '../allowlisted.ts'
import { Refused, Unknown, type ActionContext, type AnyDefinition } from '../define.ts'
import { checkEffects, checkParts, fillParts } from '../fill.ts'
import { jsonObject } from '../json-object.ts'
import { lastWords } from './last-words.ts'
import { endProcesses, NotStarted, runProcess, type Ended } from './process.ts'

const textOutput = z.strictObject({ exitCode: count(), stdout: text(), stderr: text(), truncated: bool() })

/** `shell.<id>` of one allowlist entry: an action where the entry has effects, a reading otherwise (G19). */
export function shellDefinition(entry: ShellEntry): AnyDefinition {
  checkEntry(entry)
  return definitionOf(entry, {
    system: 'shell',
    summary: `Run ${[entry.program, ...entry.args.map(show)].join(' ')}`,
    textOutput,
    target: `\`${entry.program}\``,
    endLeftovers: async ({ idempotencyKey }) => whatGoesOn(await endProcesses(idempotencyKey)),
    endsWithAttempt: true,
    read: (input, context) => read(entry, input, context),
    perform: (input, context) => perform(entry, input, context),
  })
}

async function read(entry: ShellEntry, input: JsonObject, context: ActionContext) {
  const ended = await run(entry, input, context).catch((cause: unknown) => {
    throw new Unknown(context.signal.aborted ? 'timeout' : 'error', (cause as Error).message)
  })
  if (ended.exitCode === undefined) throw new Unknown('error', howItEnded(entry, ended))
  return { value: outputOf(entry, ended, (why) => new Unknown('invalid', why)), roundTrip: true, source: entry.program }
}

/** A command that failed may have done half of its effect: how it ended is told, and what it did stays open. */
async function perform(entry: ShellEntry, input: JsonObject, context: ActionContext) {
  const ended = await run(entry, input, context)
  if (ended.exitCode !== 0) throw new Error(howItEnded(entry, ended))
  return outputOf(entry, ended, (why) => new Error(why))
}

function whatGoesOn(left: readonly number[]): string | undefined {
  return left.length === 0 ? undefined : `what it started goes on, since this worker cannot end it: ${left.join(', ')}`
}

function howItEnded({ program, env = {} }: ShellEntry, { exitCode, signal, stderrEnd }: Ended): string {
  const how = exitCode === undefined ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${exitCode}`
  const words = lastWords(stderrEnd, env)
  return `\`${program}\` ${how}${words === '' ? ', and wrote nothing to its standard error' : `; the end of its standard error: “${words}”`}`
}

async function run(entry: ShellEntry, input: JsonObject, context: ActionContext): Promise<Ended> {
  const args = fillParts(entry.args, input, (value, name) => asArgument(entry, value, name))
  const key = context.idempotencyKey && { RUNPROOF_IDEMPOTENCY_KEY: context.idempotencyKey }
  const command = {
    program: entry.program,
    args,
    env: { ...entry.env, ...key },
    ...(entry.user && { user: entry.user }),
    key: context.idempotencyKey,
  }
  try {
    return await runProcess(command, context.signal)
  } catch (cause) {
    throw cause instanceof NotStarted ? new Refused(cause.message) : cause
  }
}

/** One whole argument; one that looks like an option only where the pattern says so (G31). */
function asArgument(entry: ShellEntry, value: string, name: string): string {
  if (value.includes('\0')) throw new Refused(`input \`${name}\` carries a zero byte`)
  if (!value.isWellFormed()) throw new Refused(`input \`${name}\` is no Unicode text`)
  const optionsAllowed = entry.inputs[name]?.pattern?.startsWith('-') ?? false
  if (value.startsWith('-') && !optionsAllowed)
    throw new Refused(`input \`${name}\` begins with \`-\`, and its pattern does not say that it may`)
  return value
}

function outputOf(entry: ShellEntry, ended: Ended, wrong: (why: string) => Error): JsonObject {
  const { exitCode = -1, stdout, stderr, truncated } = ended
  if (!entry.output) return { exitCode, stdout, stderr, truncated }
  if (exitCode !== 0) throw wrong(howItEnded(entry, ended))
  const printed = jsonObject(stdout)
  if (printed === undefined)
    throw wrong(`\`${entry.program}\` ended with exit code 0, and printed what is no JSON object`)
  return printed
}

function checkEntry(entry: ShellEntry): void {
  if (entry.program.includes('/') && !entry.program.startsWith('/'))
    throw new TypeError(`\`shell.${entry.id}\`: the program is a bare name or an absolute path`)
  checkParts(entry.args, entry.inputs)
  checkEffects(entry.effects, entry.inputs)
}

function show(part: ShellEntry['args'][number]): string {
  return typeof part === 'string' ? part : `{{${part.input}}}`
}
