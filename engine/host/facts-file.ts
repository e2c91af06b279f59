import { resolve } from 'node:path'
import { z } from 'zod'
import { errorCode } from '../../evidence/errors.ts'
import { NotRead, readSmallFile } from '../../evidence/small-file.ts'
import type { Contract } from '../../schemas/contract.ts'
import { fitted } from './config-mistakes.ts'
import { echoed, echoedPath } from './echo.ts'
import { OperatorError } from './operator-error.ts'

/** A Plan is the largest of such files, and is far smaller. */
const LIMIT_BYTES = 16 * 2 ** 20

const jsonSchema = z.json()

const factSchema = z.strictObject({
  /** The reading whose output the value is. */
  action: z.string().min(1),
  value: jsonSchema.optional(),
  /** Why it could not be read; instead of a value. */
  unknown: z.string().min(1).optional(),
  /** For lists: whether its authority says that nothing is missing. */
  complete: z.boolean().default(true),
  ifEmpty: z.enum(['allow', 'unknown']).default('unknown'),
})

/** A fact as somebody writes it down to try a predicate on it. */
export type WrittenFact = z.infer<typeof factSchema>

const factsSchema = z.record(z.string().regex(/^[a-z][a-zA-Z0-9]*$/), factSchema)

const FACTS = 'write { "name": { "action": "system.reading", "value": { … } } }'

/** Reads a file of facts by name, for `eval`. */
export async function readFacts(file: string): Promise<Readonly<Record<string, WrittenFact>>> {
  const facts = shaped(factsSchema, await readJsonFile(file), {
    file,
    hint: FACTS,
  })
  for (const [name, { value, unknown }] of Object.entries(facts))
    if ((value === undefined) === (unknown === undefined))
      throw unusable(file, `\`${name}\` needs a \`value\`, or a reason why it is \`unknown\`, and not both`, FACTS)
  return facts
}

const contractSchema = z.looseObject({
  kind: z.enum(['reading', 'action']),
  name: z.string().min(1),
  output: z.looseObject({ kind: z.literal('object') }),
})

/** Reads a file with one contract, or a list of them, such as a Plan's own. */
export async function readContracts(file: string): Promise<readonly Contract[]> {
  const value = await readJsonFile(file)
  const list = Array.isArray(value) ? value : [value]
  const hint = 'a contract is { "kind": "reading", "name": …, "output": { "kind": "object", "fields": … } }'
  return shaped(z.array(contractSchema), list, { file, hint }) as unknown as readonly Contract[]
}

/** The JSON in a file; `-` is the standard input. */
export async function readJsonFile(file: string): Promise<unknown> {
  const bytes = await readWithAnEnd(file)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'it is not UTF-8'
    throw unusable(file, `it is no JSON: ${echoed(why, 200)}`)
  }
}

async function readWithAnEnd(file: string): Promise<Buffer> {
  try {
    return file === '-' ? await standardInput() : readSmallFile(resolve(file), { limitBytes: LIMIT_BYTES })
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const why = errorCode(error) ?? 'unreadable'
    throw unusable(file, `it cannot be read (${why})`, isPipe(file, why) ? FROM_A_PIPE : undefined)
  }
}

const FROM_A_PIPE = 'a pipe, such as `<(…)`, is not read by its name: name `-`, and pipe it in'

/** What a shell opened for this command alone may not even be there for the process that it started. */
function isPipe(file: string, why: string): boolean {
  return why === 'not a plain file' || /^\/(dev|proc\/self)\/fd\//.test(file)
}

let isInputRead = false

async function standardInput(): Promise<Buffer> {
  if (isInputRead) throw unusable('-', 'it was read already', 'name a file for one of the two')
  isInputRead = true
  const parts: Buffer[] = []
  let size = 0
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    size += part.length
    if (size > LIMIT_BYTES) throw new NotRead('the standard input', `more than ${LIMIT_BYTES / 2 ** 20} MiB`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

function shaped<T>(schema: z.ZodType<T>, value: unknown, { file, hint }: { file: string; hint: string }): T {
  const fits = fitted(schema, value)
  if ('value' in fits) return fits.value
  throw unusable(file, fits.misfits.map(({ message }) => message).join('; '), hint)
}

function unusable(file: string, why: string, hint = hintFor(file)): OperatorError {
  const what = file === '-' ? 'the standard input' : echoedPath(resolve(file))
  return new OperatorError('RP0006', `${what} cannot be used: ${why}`, hint)
}

function hintFor(file: string): string {
  return file === '-' ? 'pipe JSON in' : 'name a file with JSON'
}
