import type { YAMLError } from 'yaml'
import { Lines } from '../../diagnostics/place.ts'
import type { Report } from '../report.ts'
import type { Source } from '../source.ts'

const FIRST_CHARACTERS = 'a predicate cannot begin with `! \' " [ { & * % @`: begin it with a name, or quote the whole'

/** Reports what the YAML library found, in our words: one complaint a line, because the next ones follow from it. */
export function complainAll(problems: readonly YAMLError[], source: Source, report: Report): void {
  const lines = new Lines(source.text)
  const told = new Set<number>()
  const tabs = problems.filter(({ code }) => code === 'TAB_AS_INDENT')
  for (const problem of tabs.length > 0 ? tabs : problems) {
    const { line } = lines.at(problem.pos[0])
    if (!told.has(line) && !(told.size > 0 && isLost(problem))) complain(problem, source, report)
    told.add(line)
  }
}

/** Once brackets do not match, nothing behind them can stand where it does. */
function isLost({ code, message }: YAMLError): boolean {
  return code === 'UNEXPECTED_TOKEN' && !message.includes('at node end')
}

function complain(problem: YAMLError, source: Source, report: Report): void {
  const [start, end] = problem.pos
  const span = { file: source.file, start, end: Math.max(end, start + 1) }
  switch (problem.code) {
    case 'TAG_RESOLVE_FAILED':
      return report.error('RB0004', span, tag(source.text.slice(start, end)))
    case 'BAD_SCALAR_START':
    case 'BAD_ALIAS':
      return report.error('RB0004', span, {
        message: `\`${source.text[start] ?? ''}\` has a meaning of its own in YAML`,
        help: FIRST_CHARACTERS,
      })
    case 'UNEXPECTED_TOKEN':
      return report.error(...unexpected(problem, source), unexpectedText(problem))
    case 'BLOCK_AS_IMPLICIT_KEY':
      return report.error('RB0005', span, {
        message: 'YAML reads a key inside a value here: `: ` ends a text',
        help: 'put the text in quotes',
      })
    case 'NON_STRING_KEY':
      return nonStringKey(source, { at: start, report })
    case 'TAB_AS_INDENT':
      return report.error('RB0008', span, { message: 'a tab does not indent in YAML', help: 'use spaces' })
    case 'MULTIPLE_DOCS':
      return report.error('RB0011', span, {
        message: 'this file holds more than one document',
        help: 'one document a file',
      })
    default:
      return report.error(
        'RB0001',
        span,
        `this is not YAML: ${problem.message.charAt(0).toLowerCase()}${problem.message.slice(1)}`,
      )
  }
}

function tag(text: string) {
  return {
    message: `YAML reads \`${text}\` as a tag, and the value as empty`,
    help: `a predicate cannot begin with \`!\`; write \`${text.slice(1)} == false\``,
  }
}

/** A quote or bracket that closes before the value ends: most often a predicate that begins with it. */
function unexpected(
  { pos: [start, end], message }: YAMLError,
  source: Source,
): ['RB0001' | 'RB0004', { file: string; start: number; end: number }] {
  return [message.includes('at node end') ? 'RB0004' : 'RB0001', { file: source.file, start, end }]
}

function unexpectedText({ message }: YAMLError) {
  if (!message.includes('at node end')) return 'this cannot stand here in YAML'
  return { message: 'for YAML the value has ended before this', help: FIRST_CHARACTERS }
}

function nonStringKey(source: Source, { at, report }: { at: number; report: Report }): undefined {
  const open = source.text.lastIndexOf('{{', at)
  const close = source.text.indexOf('}}', at)
  if (open < at - 2 || open < 0 || close < 0)
    return report.error('RB0012', { file: source.file, start: at, end: at + 1 }, 'a key is one word')
  const text = source.text.slice(open, close + 2)
  return report.error(
    'RB0007',
    { file: source.file, start: open, end: close + 2 },
    {
      message: `YAML reads \`${text}\` as a map`,
      help: `put it in quotes: \`"${text}"\``,
    },
  )
}
