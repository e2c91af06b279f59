/** A label condition inside a selector. */
export interface Matcher {
  readonly label: string
  readonly op: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

/** `sum by (labels) (rate(http_requests_total{…}[range]))` */
export interface Sum {
  readonly by: readonly string[]
  readonly matchers: readonly Matcher[]
}

/** One sum, or the ratio of two. */
export interface Query {
  readonly over: Sum
  readonly under?: Sum
}

/** A query that the practice platform cannot parse. */
export class QueryError extends Error {
  override readonly name = 'QueryError'
}

const LABELS = ['environment', 'app', 'digest', 'code']
const TOKEN = /\s*(?:([a-zA-Z_]\w*)|("(?:[^"\\]|\\.)*")|(\d+(?:ms|[smhd]))|(=~|!~|!=|[(){}[\],=/]))/y

/** Parses the queries that the practice platform answers. */
export function parseQuery(text: string): Query {
  const tokens = tokenize(text)
  const over = parseSum(tokens)
  if (tokens.length === 0) return { over }
  expectToken(tokens, '/')
  const under = parseSum(tokens)
  if (tokens.length > 0) throw notAnswered(`unexpected ${tokens[0]}`)
  if (over.by.join() !== under.by.join()) throw notAnswered('both sides of a ratio must be grouped alike')
  return { over, under }
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(text)
    if (found === null) throw notAnswered(`unexpected character at ${at + 1}`)
    tokens.push(found[0].trim())
  }
  return tokens
}

function parseSum(tokens: string[]): Sum {
  expectToken(tokens, 'sum')
  const by = tokens[0] === 'by' ? parseLabels(tokens) : []
  expectToken(tokens, '(', 'rate', '(', 'http_requests_total')
  const matchers = tokens[0] === '{' ? parseMatchers(tokens) : []
  expectToken(tokens, '[')
  if (!/^\d/.test(tokens[0] ?? '')) throw notAnswered('a range such as [5m] is missing')
  tokens.shift()
  expectToken(tokens, ']', ')', ')')
  return { by, matchers }
}

function parseLabels(tokens: string[]): string[] {
  expectToken(tokens, 'by', '(')
  const labels: string[] = []
  while (tokens[0] !== ')') {
    labels.push(parseLabel(tokens))
    if (tokens[0] === ',') tokens.shift()
  }
  tokens.shift()
  return labels.sort()
}

function parseMatchers(tokens: string[]): Matcher[] {
  expectToken(tokens, '{')
  const matchers: Matcher[] = []
  while (tokens[0] !== '}') {
    matchers.push(parseMatcher(tokens))
    if (tokens[0] === ',') tokens.shift()
  }
  tokens.shift()
  return matchers
}

function parseMatcher(tokens: string[]): Matcher {
  const label = parseLabel(tokens)
  const op = tokens.shift()
  if (op !== '=' && op !== '!=' && op !== '=~' && op !== '!~') throw notAnswered(`expected an operator after ${label}`)
  const value = parseString(tokens)
  if (op.endsWith('~') && !/^[\w.|:-]*$/.test(value))
    throw notAnswered('in a regular expression, only letters, digits, `.` and `|`')
  return { label, op, value }
}

function parseLabel(tokens: string[]): string {
  const label = tokens.shift()
  if (label === undefined || !LABELS.includes(label))
    throw notAnswered(`expected one of the labels ${LABELS.join(', ')}`)
  return label
}

function parseString(tokens: string[]): string {
  try {
    return JSON.parse(tokens.shift() ?? '') as string
  } catch {
    throw notAnswered('expected a double-quoted string')
  }
}

function expectToken(tokens: string[], ...expected: string[]): void {
  for (const token of expected) {
    if (tokens[0] !== token) throw notAnswered(`expected ${token}, found ${tokens[0] ?? 'the end'}`)
    tokens.shift()
  }
}

function notAnswered(what: string): QueryError {
  const answered = 'sum by (labels) (rate(http_requests_total{matchers}[range])), and the ratio of two of these'
  return new QueryError(`parse error: ${what}; the practice platform answers ${answered}`)
}
