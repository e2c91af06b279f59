import { describeType, sameType } from '../../core/cel.ts'
import { readPattern } from './patterns.ts'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { AllowedInput, Allowlist, HttpEntry, Part, ShellEntry } from '../../../schemas/allowlist.ts'
import type { EffectPlan } from '../../../schemas/plan.ts'
import type { ObjectType, ValueType } from '../../../schemas/value-type.ts'
import { durationMs } from '../literals.ts'
import type { Report } from '../report.ts'
import { asList, asMap, readFields, startOf } from '../shape/fields.ts'
import type { Fields } from '../shape/fields.ts'
import { checkId, checkName, readOneOf, readScalar, readText, readWord, readWords } from '../shape/words.ts'
import type { Word } from '../shape/words.ts'
import { namedType } from '../type-table.ts'
import type { TypeTable } from '../type-table.ts'
import { summaryOf } from './entry-contracts.ts'
import { ALLOWLIST_KEYS, ENTRY_INPUT_KEYS, HTTP_KEYS, METHODS, SHELL_KEYS } from './keys.ts'
import { readOutput } from './output-type.ts'
import { readProcess } from './process.ts'
import type { MapEntry, Node } from '../yaml/node.ts'

type Method = (typeof METHODS)[number]

interface Around {
  readonly types: TypeTable
  readonly effects: ReadonlyMap<string, EffectPlan>
  readonly report: Report
}

/** Reads the operator's allowlist. An entry that changes things without declaring an effect does not load (G19). */
export function readAllowlist(node: Node, around: Around): Allowlist {
  const fields = readFields(node, ALLOWLIST_KEYS, around.report)
  const listed = (key: string): readonly Node[] => {
    const list = fields?.[key] && asList(fields[key], `\`${key}\``, around.report)
    tellTwice(list?.items ?? [], around.report)
    return list ? list.items : []
  }
  const shell = listed('shell').flatMap((item) => unlessWrong(item, { system: 'shell', read: readShell, ...around }))
  const http = listed('http').flatMap((item) => unlessWrong(item, { system: 'http', read: readHttp, ...around }))
  return { shell, http }
}

/** An entry with a mistake is none: without its pattern, say, it would let more through. */
function unlessWrong<E>(
  item: Node,
  { system, read, ...around }: Around & { system: string; read: (node: Node, around: Around) => E | undefined },
): E[] {
  const { found, broken } = around.report
  const before = found.length
  const entry = read(item, around)
  if (found.length === before) return entry === undefined ? [] : [entry]
  const id = item.kind === 'map' ? item.entries.find(({ key }) => key === 'id')?.value : undefined
  if (id?.kind === 'scalar') broken.add(`${system}.${id.text}`)
  return []
}

/** Of two entries of one id nobody could tell which is meant. */
function tellTwice(items: readonly Node[], report: Report): void {
  const seen = new Map<string, Span>()
  for (const item of items) {
    const id = item.kind === 'map' ? item.entries.find(({ key }) => key === 'id')?.value : undefined
    if (id?.kind !== 'scalar') continue
    const first = seen.get(id.text)
    if (first !== undefined)
      report.error('RB0106', id.span, {
        message: `the entry \`${id.text}\` is written twice`,
        label: 'again here',
        related: [{ span: first, label: 'first here' }],
      })
    seen.set(id.text, id.span)
  }
}

function readShell(node: Node, around: Around): ShellEntry | undefined {
  const fields = readFields(node, SHELL_KEYS, around.report)
  const frame = fields && readFrame(fields, around)
  const process = fields && readProcess(fields, around.report)
  const argv = fields?.['run'] && asList(fields['run'], '`run`', around.report)
  if (frame === undefined || argv === undefined) return undefined
  const [program, ...args] = argv.items.flatMap((item) => readPart(item, frame.inputs, around.report) ?? [])
  if (typeof program === 'string')
    return { ...frame, ...process, summary: `Run ${summaryOf([program, ...args])}`, program, args }
  return around.report.error('RB0103', startOf(argv), 'a command begins with the name of a program')
}

function readHttp(node: Node, around: Around): HttpEntry | undefined {
  const map = asMap(node, 'an `http` entry', around.report)
  const method = METHODS.find((word) => map?.entries.some(({ key }) => key === word))
  if (map === undefined) return undefined
  if (method === undefined)
    return around.report.error('RB0102', startOf(map), 'an `http` entry needs one of `get`, `post`, `put`, `delete`')
  const fields = readFields(map, HTTP_KEYS[method], around.report)
  const frame = fields && readFrame(fields, around, method)
  const url = fields?.[method] && readScalar(fields[method], 'a URL', around.report)
  if (fields === undefined || frame === undefined || url === undefined) return undefined
  const place = readUrl({ text: url.text, span: url.span }, frame.inputs, around.report)
  const open =
    fields['allowPrivate'] &&
    readOneOf(fields['allowPrivate'], ['true', 'false'], { what: '`allowPrivate`', report: around.report })
  const summary = `${upper(method)} ${url.text}`
  return (
    place && { ...frame, summary, ...place, method: upper(method), ...(open === 'true' ? { allowPrivate: true } : {}) }
  )
}

function upper(method: Method): HttpEntry['method'] {
  return ({ get: 'GET', post: 'POST', put: 'PUT', delete: 'DELETE' } as const)[method]
}

interface EntryFrame {
  readonly id: string
  readonly inputs: Readonly<Record<string, AllowedInput>>
  readonly timeoutMs: number
  readonly effects: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly output?: ObjectType
}

function readFrame(fields: Fields, around: Around, method?: Method): EntryFrame | undefined {
  const id = fields['id'] && readWord(fields['id'], '`id`', around.report)
  const timeout = fields['timeout'] && readScalar(fields['timeout'], '`timeout`', around.report)
  const timeoutMs = timeout && durationMs(timeout.text)
  if (timeout !== undefined && !(Number(timeoutMs) > 0))
    around.report.error('RB0112', timeout.span, {
      message: `\`${timeout.text}\` is not a duration above zero`,
      help: 'write `10s`',
    })
  const output = fields['output'] && readOutput(fields['output'], around)
  const inputs = readInputs(fields['inputs'], around)
  const effects = fields['effects'] && readEntryEffects(fields['effects'], { inputs, method, ...around })
  if (id === undefined || !checkId(id, 'the id of an entry', around.report)) return undefined
  if (timeoutMs === undefined || effects === undefined) return undefined
  return { id: id.text, inputs, timeoutMs, effects, ...(output && { output }) }
}

function readInputs(node: Node | undefined, around: Around): Record<string, AllowedInput> {
  const map = node && asMap(node, '`inputs`', around.report)
  return Object.fromEntries((map?.entries ?? []).flatMap((entry) => readInput(entry, around)))
}

function readInput({ key, keySpan, value }: MapEntry, { types, report }: Around): [string, AllowedInput][] {
  checkName({ text: key, span: keySpan }, 'an input', report)
  const fields = value.kind === 'map' ? readFields(value, ENTRY_INPUT_KEYS, report) : undefined
  const word =
    value.kind === 'map'
      ? fields?.['type'] && readWord(fields['type'], '`type`', report)
      : readWord(value, 'a type', report)
  const type = word && namedType(word, types, report)
  const text = fields?.['pattern'] && readText(fields['pattern'], 'a pattern', report)
  const pattern = text && readPattern(text, report)
  return type === undefined ? [] : [[key, { type, ...(pattern !== undefined && { pattern }) }]]
}

/** Effects must be written, be it `[]`; each takes its target from the inputs of the same name and type. */
function readEntryEffects(
  node: Node,
  at: Around & { inputs: Readonly<Record<string, AllowedInput>>; method: Method | undefined },
): EntryFrame['effects'] | undefined {
  const words = readWords(node, '`effects`', at.report)
  if (words.length === 0 && at.method !== undefined && at.method !== 'get') {
    return at.report.error('RB0226', startOf(node), {
      message: `\`${at.method}\` changes things and declares no effect`,
      help: 'name the effects, so that rules can guard them',
    })
  }
  return Object.fromEntries(words.flatMap((word) => targetOf(word, at)))
}

function targetOf(
  word: Word,
  at: Around & { inputs: Readonly<Record<string, AllowedInput>> },
): [string, Record<string, string>][] {
  const effect = at.effects.get(word.text)
  if (effect === undefined) {
    at.report.unknown('RB0216', word.span, {
      message: `there is no effect \`${word.text}\``,
      name: word.text,
      candidates: at.effects.keys(),
    })
    return []
  }
  const gone = Object.keys(effect.target).filter((field) => at.inputs[field] === undefined)
  if (gone.length > 0)
    at.report.error(
      'RB0224',
      word.span,
      `the target of \`${word.text}\` needs the inputs ${gone.map((field) => `\`${field}\``).join(', ')}`,
    )
  for (const [field, type] of Object.entries(effect.target)) {
    const given = at.inputs[field]?.type
    if (given !== undefined && !sameType(given, type))
      at.report.error('RB0224', word.span, {
        message: `\`${field}\` of \`${word.text}\` is ${describeType(type)}, and the input \`${field}\` is ${describeType(given)}`,
        help: 'give the input the type of the target',
      })
  }
  return [[word.text, Object.fromEntries(Object.keys(effect.target).map((field) => [field, field]))]]
}

function readPart(node: Node, inputs: Readonly<Record<string, { type: ValueType }>>, report: Report): Part | undefined {
  const scalar = readScalar(node, 'an argument', report)
  return scalar && part({ text: scalar.text, span: scalar.span }, inputs, report)
}

/** `{{name}}` fills one whole argument or path segment, never a part of one. */
function part({ text, span }: Word, inputs: Readonly<Record<string, unknown>>, report: Report): Part | undefined {
  const [, input] = /^\{\{([a-zA-Z0-9]+)\}\}$/.exec(text) ?? []
  if (input === undefined) {
    return text.includes('{{')
      ? report.error('RB0208', span, '`{{name}}` fills one whole argument or one whole path segment')
      : text
  }
  if (Object.hasOwn(inputs, input)) return { input }
  return report.unknown('RB0203', span, {
    message: `this entry has no input \`${input}\``,
    name: input,
    candidates: Object.keys(inputs),
  })
}

function readUrl(
  url: Word,
  inputs: Readonly<Record<string, unknown>>,
  report: Report,
): Pick<HttpEntry, 'origin' | 'path' | 'query'> | undefined {
  const [, origin, path = '', query] =
    /^(https?:\/\/[a-zA-Z0-9.:[\]-]+)(\/[^?#]*)?(?:\?([^#{]*))?$/.exec(url.text) ?? []
  if (origin === undefined)
    return report.error('RB0112', url.span, {
      message: 'this is not a URL with a fixed host and a fixed query',
      help: 'write `https://host/path/{{name}}`',
    })
  const parts = path
    .split('/')
    .slice(1)
    .map((segment) => part({ text: segment, span: url.span }, inputs, report))
  const whole = parts.filter((segment) => segment !== undefined)
  return whole.length === parts.length ? { origin, path: whole, ...(query === undefined ? {} : { query }) } : undefined
}
