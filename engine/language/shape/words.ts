import type { Span } from '../../../schemas/diagnostic.ts'
import { didYouMean } from '../../diagnostics/suggest.ts'
import type { Report } from '../report.ts'
import { kindOf } from '../yaml/node.ts'
import type { Node, ScalarNode } from '../yaml/node.ts'
import { asList, startOf } from './fields.ts'

/** A word with its place. */
export interface Word {
  readonly text: string
  readonly span: Span
}

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop null package namespace return true var void while'.split(
    ' ',
  ),
)
/** Names that mean something in every expression. */
export const ROOTS: readonly string[] = ['inputs', 'policy', 'run', 'target', 'labels', 'item']

/** A single value that is not empty. */
export function readScalar(node: Node, what: string, report: Report): ScalarNode | undefined {
  if (node.kind === 'scalar' && (node.text !== '' || !node.plain)) return node
  const help = node.kind === 'map' && node.span.end > node.span.start ? mapHelp(node.entries[0]?.key) : {}
  return report.error('RB0103', startOf(node), {
    message: `${what} is a single value, and this is ${kindOf(node)}`,
    ...help,
  })
}

/** One word: the name of something that stands elsewhere. */
export function readWord(node: Node, what: string, report: Report): Word | undefined {
  const scalar = readScalar(node, what, report)
  return scalar && { text: scalar.text, span: scalar.span }
}

/** Text for people: whole, with nothing cut off by a comment. */
export function readText(node: Node, what: string, report: Report): ScalarNode | undefined {
  const scalar = readScalar(node, what, report)
  if (scalar === undefined) return undefined
  if (scalar.comment !== undefined) {
    return report.error('RB0006', scalar.comment, {
      message: `YAML cuts ${what} here: what follows \`#\` is a comment`,
      label: 'not part of the value',
      help: 'put the value in quotes, or the comment on a line of its own',
    })
  }
  if (scalar.text.trim() === '') return report.error('RB0103', startOf(scalar), `${what} is empty`)
  return scalar
}

/** Text for people into which nothing is put. */
export function readPlain(node: Node, what: string, report: Report): ScalarNode | undefined {
  const scalar = readText(node, what, report)
  if (scalar?.text.includes('{{') !== true) return scalar
  return report.error('RB0208', scalar.span, {
    message: `nothing is put into ${what}: a reader would see the braces`,
    help: 'say it without a value; questions, messages and inputs of type text take some',
  })
}

/** A name that expressions use: camelCase, not reserved, not one that hides a root. */
export function checkName({ text, span }: Word, what: string, report: Report): boolean {
  if (!/^[a-z][a-zA-Z0-9]*$/.test(text)) {
    report.error('RB0104', span, {
      message: `the name of ${what} is written in camelCase`,
      label: 'an expression would read an operator here',
      help: `write \`${camel(text)}\``,
    })
  } else if (RESERVED.has(text)) {
    report.error('RB0105', span, {
      message: `\`${text}\` is a word of the expression language and cannot be a name`,
      help: 'choose another name',
    })
  } else if (ROOTS.includes(text)) {
    report.error('RB0106', span, {
      message: `\`${text}\` would hide what every expression calls \`${text}\``,
      help: 'choose another name',
    })
  } else return true
  return false
}

/** The id of a runbook, rule, role or outcome, or a case: kebab-case. */
export function checkId({ text, span }: Word, what: string, report: Report): boolean {
  if (isId(text)) return true
  report.error('RB0104', span, { message: `${what} is written in kebab-case`, help: `write \`${kebab(text)}\`` })
  return false
}

/** Is the text in kebab-case? */
export function isId(text: string): boolean {
  return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(text)
}

/** One word of a closed set. */
export function readOneOf<const W extends string>(
  node: Node,
  words: readonly W[],
  at: { readonly what: string; readonly report: Report },
): W | undefined {
  const word = readWord(node, at.what, at.report)
  if (word === undefined) return undefined
  const found = words.find((known) => known === word.text)
  if (found !== undefined) return found
  const help = didYouMean(word.text, words) ?? `there are ${words.join(', ')}`
  return at.report.error('RB0107', word.span, { message: `${at.what} cannot be \`${word.text}\``, help })
}

/** A list of words. */
export function readWords(node: Node, what: string, report: Report): Word[] {
  const list = asList(node, what, report)
  return (list?.items ?? []).flatMap((item) => readWord(item, `an entry of ${what}`, report) ?? [])
}

/** A list of words with at least one in it. */
export function readSome(node: Node, what: string, report: Report): Word[] {
  const words = readWords(node, what, report)
  if (node.kind === 'list' && node.items.length === 0)
    report.error('RB0102', startOf(node), `${what} needs at least one entry`)
  return words
}

function mapHelp(key: string | undefined): { help: string } | object {
  return key?.startsWith('{') === true ? { help: 'put `{{…}}` in quotes' } : {}
}

function camel(text: string): string {
  const joined = text.replace(/[^a-zA-Z0-9]+(.)?/g, (_all, next: string | undefined) => (next ?? '').toUpperCase())
  return joined === '' ? 'name' : joined.charAt(0).toLowerCase() + joined.slice(1)
}

function kebab(text: string): string {
  const parted = text.replace(/([a-z0-9])([A-Z])/g, '$1-$2').replace(/[^a-zA-Z0-9]+/g, '-')
  return parted.toLowerCase().replace(/^-+|-+$/g, '') || 'name'
}
