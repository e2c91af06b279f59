import { isAlias, isMap, isPair, isScalar, isSeq, parseDocument, Scalar } from 'yaml'
import type { Document, Pair, ParsedNode } from 'yaml'
import type { Span } from '../../../schemas/diagnostic.ts'
import type { Report } from '../report.ts'
import type { Source } from '../source.ts'
import { complainAll } from './complaints.ts'
import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from './node.ts'

const MAX_CHARACTERS = 256 * 1024
const MAX_DEPTH = 64

/** Parses one YAML 1.2 document strictly. Never throws: whatever is wrong with the text is in the report. */
export function parseYaml(source: Source, report: Report): Node | undefined {
  if (!readable(source, report)) return undefined
  const document = parseSafely(source, report)
  if (document === undefined) return undefined
  complainAll([...document.errors, ...document.warnings], source, report)
  if (document.directives.yaml.explicit === true)
    report.error('RB0001', whole(source), 'directives (`%YAML`, `%TAG`) are not read')
  if (report.found.some(({ span }) => span.file === source.file)) return undefined
  if (document.contents === null) return report.error('RB0011', whole(source), 'this file holds no document')
  return new Reader(source, report).node(document.contents, 0)
}

function readable(source: Source, report: Report): boolean {
  if (source.encoding === 'broken') {
    const at = Math.max(source.text.indexOf('\ufffd'), 0)
    report.error('RB0010', { file: source.file, start: at, end: at + 1 }, 'this file is not UTF-8')
  } else if (source.text.length > MAX_CHARACTERS) {
    report.error(
      'RB0009',
      { file: source.file, start: 0, end: 1 },
      {
        message: `this file has ${source.text.length} characters; at most ${MAX_CHARACTERS} are read`,
        help: 'split it',
      },
    )
  } else return !tooDeep(source, report)
  return false
}

/** Brackets and block entries that open without end would be deep before the parser could say so. */
function tooDeep(source: Source, report: Report): boolean {
  const nested = /(?:[[{]\s*){65}|(?:[-?]\s+){65}|^ {400}/m.exec(source.text)
  if (nested === null) return false
  deep(source, report, nested.index)
  return true
}

function deep(source: Source, report: Report, at: number): undefined {
  return report.error(
    'RB0009',
    { file: source.file, start: at, end: at + 1 },
    {
      message: `this is nested more than ${MAX_DEPTH} levels deep`,
      help: 'nothing in this language needs more than ten',
    },
  )
}

/** The text is composed without the library's own search for equal keys, whose time grows with their square. */
function parseSafely(source: Source, report: Report): Document.Parsed | undefined {
  try {
    return parseDocument(source.text, {
      version: '1.2',
      schema: 'failsafe',
      strict: true,
      stringKeys: true,
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      logLevel: 'error',
    })
  } catch (error) {
    if (error instanceof RangeError) return deep(source, report, 0)
    throw error
  }
}

class Reader {
  readonly #source: Source
  readonly #report: Report

  constructor(source: Source, report: Report) {
    this.#source = source
    this.#report = report
  }

  node(node: ParsedNode | null, depth: number, at?: number): Node | undefined {
    if (node === null) return this.#nothing(at ?? 0)
    const span = this.#span(node.range[0], node.range[1])
    if (depth > MAX_DEPTH) return deep(this.#source, this.#report, span.start)
    if (isAlias(node) || node.anchor !== undefined) {
      return this.#report.error('RB0003', span, {
        message: 'anchors and aliases are not read',
        help: 'write the value where it is used',
      })
    }
    if (node.tag !== undefined) {
      return this.#report.error('RB0004', span, {
        message: 'tags are not read',
        help: 'drop it: the place says the type',
      })
    }
    if (isMap<ParsedNode, ParsedNode | null>(node)) return this.#map(node.items, span, depth)
    if (isSeq<ParsedNode>(node)) return this.#list(node.items, span, depth)
    return isScalar(node) ? this.#scalar(node, span) : undefined
  }

  #map(pairs: readonly Pair<ParsedNode, ParsedNode | null>[], span: Span, depth: number): MapNode | undefined {
    const seen = new Map<string, Span>()
    const entries = pairs.map((pair) => this.#entry(pair, { seen, span, depth }))
    const whole = entries.filter((entry) => entry !== undefined)
    return whole.length === entries.length ? { kind: 'map', span, entries: whole } : undefined
  }

  #entry(
    pair: Pair<ParsedNode, ParsedNode | null>,
    at: { seen: Map<string, Span>; span: Span; depth: number },
  ): MapEntry | undefined {
    if (!isScalar<string>(pair.key)) return this.#report.error('RB0012', at.span, 'a key is one word')
    const key = String(pair.key.value)
    const keySpan = this.#span(pair.key.range[0], pair.key.range[1])
    const first = at.seen.get(key)
    at.seen.set(key, keySpan)
    if (first !== undefined) {
      return this.#report.error('RB0002', keySpan, {
        message: `\`${key}\` stands here twice`,
        label: 'used again here',
        related: [{ span: first, label: 'first used here' }],
      })
    }
    const value = this.node(pair.value, at.depth + 1, keySpan.end)
    return value === undefined ? undefined : { key, keySpan, value }
  }

  #list(items: readonly unknown[], span: Span, depth: number): ListNode | undefined {
    const nodes = items.map((item) =>
      isPair(item) ? undefined : this.node(item as ParsedNode | null, depth + 1, span.start),
    )
    const whole = nodes.filter((node) => node !== undefined)
    return whole.length === nodes.length ? { kind: 'list', span, items: whole } : undefined
  }

  #scalar(node: Scalar.Parsed, span: Span): ScalarNode | undefined {
    const plain = node.type === Scalar.PLAIN
    const source = this.#source.text.slice(span.start, span.end)
    if (!isClosed(node.type, source)) return this.#report.error('RB0001', span, 'the text in quotes does not end')
    if (plain && isOpen(source) && /^\s*,/.test(this.#source.text.slice(span.end, span.end + 400)))
      return this.#report.error('RB0005', span, {
        message: 'inside `{ }` and `[ ]` a comma ends a text: this one ends before its bracket closes',
        help: 'put the text in quotes, up to its own end',
      })
    const comment = this.#commentAfter(span.end)
    return { kind: 'scalar', span, text: String(node.value), plain, source, ...(plain && comment ? { comment } : {}) }
  }

  #commentAfter(at: number): Span | undefined {
    const rest = /^[ \t]+(#[^\n]*)/.exec(this.#source.text.slice(at, at + 400))
    return rest?.[1] === undefined ? undefined : this.#span(at + rest[0].length - rest[1].length, at + rest[0].length)
  }

  #nothing(at: number): ScalarNode {
    return { kind: 'scalar', span: this.#span(at, at), text: '', plain: true, source: '' }
  }

  #span(start: number, end: number): Span {
    return { file: this.#source.file, start, end }
  }
}

/** Is a bracket left open? A call such as `exists(e, e.ok)` was cut at its comma then. */
function isOpen(text: string): boolean {
  return text.split('(').length > text.split(')').length
}

/** The parser takes a text whose last quote is escaped for one that has ended. */
function isClosed(type: Scalar.Type | undefined, source: string): boolean {
  if (type === Scalar.QUOTE_DOUBLE) return trailing(source.slice(0, -1), '\\') % 2 === 0
  return type !== Scalar.QUOTE_SINGLE || trailing(source.slice(1), "'") % 2 === 1
}

function trailing(text: string, character: string): number {
  let count = 0
  while (count < text.length && text[text.length - 1 - count] === character) count += 1
  return count
}

function whole(source: Source): Span {
  return { file: source.file, start: 0, end: Math.min(source.text.length, 1) }
}
