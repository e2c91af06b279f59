import Handlebars from 'handlebars'
import type { Report } from '../report.ts'
import type { ScalarNode } from '../yaml/node.ts'
import type { Use } from './bench.ts'
import { spanWithin } from './offsets.ts'

/** Text with the paths in it, in order. */
export type Template = readonly (string | Use)[]

/**
 * Splits `a {{path}} b`, as Handlebars parses it; blocks, helpers and expressions have no place between the braces. Only texts of the
 * catalogue are ever parsed, and none is ever run: a Plan holds the paths (G33).
 */
export function readTemplate(scalar: ScalarNode, report: Report): Template | undefined {
  const path = wholePath(scalar.text)
  if (path !== undefined) return [{ path, span: spanWithin(scalar, 0, scalar.text.length) }]
  const statements = parse(scalar.text)
  if (statements === undefined) return refuse(scalar, wholeOf(scalar.text), report)
  const parts = statements.map((statement) => partOf(scalar, statement, report))
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** Does the text hold braces at all? */
export function hasBraces(text: string): boolean {
  return text.includes('{{')
}

/** Words that are no names between braces. */
const NO_NAMES: ReadonlySet<string> = new Set(['else', 'false', 'null', 'this', 'true', 'undefined'])

/** Most values are one path: nothing needs to be parsed. */
function wholePath(text: string): string[] | undefined {
  const path = /^\{\{([a-zA-Z]\w*(?:\.[a-zA-Z]\w*)*)\}\}$/.exec(text)?.[1]?.split('.')
  return path?.some((name) => NO_NAMES.has(name)) === true ? undefined : path
}

function parse(text: string): readonly hbs.AST.Statement[] | undefined {
  try {
    return Handlebars.parseWithoutProcessing(text).body
  } catch {
    return undefined
  }
}

function partOf(scalar: ScalarNode, statement: hbs.AST.Statement, report: Report): string | Use | undefined {
  if (statement.type === 'ContentStatement') return (statement as hbs.AST.ContentStatement).value
  const at = placeOf(scalar.text, statement.loc)
  const path = statement.type === 'MustacheStatement' ? pathIn(statement as hbs.AST.MustacheStatement) : undefined
  if (path === undefined || !isBare(scalar.text.slice(at.start, at.end))) return refuse(scalar, at, report)
  return { path, span: spanWithin(scalar, at.start, at.end) }
}

/** A plain path: no helper, no parameter, no `../`, no `@data`, no `this`. */
function pathIn({ path, params, hash }: hbs.AST.MustacheStatement): string[] | undefined {
  if (path.type !== 'PathExpression' || params.length > 0 || hash !== undefined) return undefined
  const { parts, data, depth } = path as hbs.AST.PathExpression
  return data || depth > 0 || parts.length === 0 ? undefined : [...parts]
}

/** Handlebars knows more ways to write a path (`{{{a}}}`, `{{~a}}`, `{{a/b}}`, `{{[a b]}}`); one is enough here. */
function isBare(braces: string): boolean {
  return /^\{\{\s*[a-zA-Z]\w*(?:\.[a-zA-Z]\w*)*\s*\}\}$/.test(braces)
}

interface Stretch {
  readonly start: number
  readonly end: number
}

function placeOf(text: string, { start, end }: hbs.AST.SourceLocation): Stretch {
  const lines = [0, ...[...text.matchAll(/\r\n?|\n/g)].map((found) => found.index + found[0].length)]
  return { start: (lines[start.line - 1] ?? 0) + start.column, end: (lines[end.line - 1] ?? 0) + end.column }
}

/** Where Handlebars cannot parse at all: from the first braces on. */
function wholeOf(text: string): Stretch {
  const start = Math.max(text.indexOf('{{'), 0)
  const end = text.indexOf('}}', start)
  return { start, end: end < 0 ? text.length : end + 2 }
}

function refuse(scalar: ScalarNode, { start, end }: Stretch, report: Report): undefined {
  return report.error('RB0208', spanWithin(scalar, start, end), {
    message: `\`${scalar.text.slice(start, end)}\` is not a path`,
    help: 'only a path such as `{{previous.digest}}` stands between braces: no block, no helper, no expression',
  })
}
