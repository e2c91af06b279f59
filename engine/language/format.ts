import { Lexer, parseDocument, Scalar, visit } from 'yaml'
import type { Document } from 'yaml'

/**
 * The same file in one way of writing: two spaces, one blank line at most, one space before a comment. Comments, quotes, order
 * and the source of every scalar stay. A text that is not one YAML document without mistakes is answered as it is.
 */
export function formatYaml(text: string): string {
  const document = read(text)
  if (document === undefined || document.contents === null) return text
  keepFolds(document)
  keepLines(document, text)
  const formatted = unmarked(closeLists(document.toString({ indent: 2, indentSeq: true, lineWidth: 0 })))
  const [before, after] = [read(text), read(formatted)]
  const same = before !== undefined && after !== undefined && meaningOf(before) === meaningOf(after)
  return same ? formatted : text
}

/** Without types, so that `1.10` and `no` are what they were; undefined where something is wrong. */
function read(text: string): Document.Parsed | undefined {
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'failsafe',
      uniqueKeys: true,
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: 'error',
    })
    return document.errors.length + document.warnings.length === 0 ? document : undefined
  } catch (error) {
    // Brackets without end are deeper than the parser can go.
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const FOLD = 'a folded text'

/** The lines of a folded text (`>`) stay as they are: they are written as literal lines, under a mark that is taken away again. */
function keepFolds(document: Document.Parsed): void {
  visit(document, {
    Scalar(_key, node) {
      const token = node.srcToken
      if (node.type !== Scalar.BLOCK_FOLDED || token?.type !== 'block-scalar' || node.comment) return
      const end = /\n*$/.exec(String(node.value))?.[0] ?? ''
      if (end.length > 1) return
      node.type = Scalar.BLOCK_LITERAL
      node.value = dedented(token.source) + end
      node.comment = FOLD
    },
  })
}

const OWN_LINE = ' a comment on a line of its own'

/**
 * A comment below a value stays below it: behind a text it would be taken for a part of the text that is cut off. It is written
 * with a second line, which is taken away again. Between comments stands one blank line at most.
 */
function keepLines(document: Document.Parsed, text: string): void {
  document.commentBefore &&= withFewBlanks(document.commentBefore)
  document.comment &&= withFewBlanks(document.comment)
  visit(document, {
    Node(_key, node) {
      if (node.commentBefore) node.commentBefore = withFewBlanks(node.commentBefore)
      if (!node.comment) return
      node.comment = withFewBlanks(node.comment)
      const inBlock =
        node instanceof Scalar && (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)
      const end = node.range?.[1]
      if (inBlock || end === undefined || node.comment.includes('\n')) return
      if (/^[^#\n]*\n/.test(text.slice(end))) node.comment = `${node.comment}\n${OWN_LINE}`
    },
  })
}

function withFewBlanks(comment: string): string {
  return comment.replaceAll(/\n{3,}/g, '\n\n').replace(/\n+$/, '\n')
}

function unmarked(text: string): string {
  const lines = text.replaceAll(new RegExp(`^ *#${OWN_LINE}\\n`, 'gm'), '')
  return lines.replaceAll(new RegExp(`\\|([-+]?) #${FOLD}$`, 'gm'), '>$1')
}

/** The lines without what all of them are indented by, and without empty ones at the end. */
function dedented(source: string): string {
  const lines = source.replace(/\s+$/, '').split(/\r?\n/)
  const depths = lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0)
  const depth = Math.min(...depths)
  return lines.map((line) => line.slice(depth)).join('\n')
}

/** `[a, b]` beside `{ a: b }`: the library writes spaces into both or into none. */
function closeLists(text: string): string {
  const kept: string[] = []
  for (const token of new Lexer().lex(text)) {
    const last = kept.at(-1)
    if (token === ']' && last !== undefined && isSpace(last) && kept.at(-2) !== '\n') kept.pop()
    if (!(isSpace(token) && last === '[')) kept.push(token)
  }
  return kept.filter((token) => !MARKS.has(token)).join('')
}

function isSpace(token: string): boolean {
  return /^ +$/.test(token)
}

/** What the lexer puts between tokens and does not read: a document, the end of brackets, a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f'])

/** What the checker reads, and every comment. */
function meaningOf(document: Document.Parsed): string {
  const comments = document.toString({ lineWidth: 0 }).match(/#.*$/gm) ?? []
  return JSON.stringify([document.toJS(), comments])
}
