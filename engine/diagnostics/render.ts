import type { Diagnostic, Span } from '../../schemas/diagnostic.ts'
import { Lines } from './place.ts'
import { printable, widthOf } from './width.ts'

/** The texts that diagnostics point into, by file name. */
export type Texts = Readonly<Record<string, string>>

/** All mistakes as a person reads them, in the order of their places. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], texts: Texts, width = 80): string {
  return inOrder(diagnostics)
    .map((diagnostic) => renderDiagnostic(diagnostic, texts, width))
    .join('\n')
}

/** Diagnostics by file and place. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort(
    (a, b) => compare(a.span.file, b.span.file) || a.span.start - b.span.start || compare(a.code, b.code),
  )
}

/** One mistake: what is wrong, where, and what to do. */
export function renderDiagnostic(diagnostic: Diagnostic, texts: Texts, width = 80): string {
  const frames = [
    { span: diagnostic.span, label: diagnostic.label, mark: '^' },
    ...(diagnostic.related ?? []).map(({ span, label }) => ({ span, label, mark: '-' })),
  ].map((frame) => locate(frame, texts))
  const gutter = Math.max(...frames.map(({ line }) => String(line).length))
  const margin = ' '.repeat(gutter)
  return [
    `${diagnostic.severity}[${diagnostic.code}]: ${printable(diagnostic.message)}`,
    ...frames.flatMap((frame, at) => renderFrame(frame, { arrow: at === 0 ? '-->' : ':::', gutter, width })),
    ...(diagnostic.help === undefined ? [] : [`${margin} = help: ${printable(diagnostic.help)}`]),
    '',
  ].join('\n')
}

interface Frame {
  readonly file: string
  readonly line: number
  readonly col: number
  readonly source: string
  readonly underlined: string
  readonly label: string | undefined
  readonly mark: string
}

function locate({ span, label, mark }: { span: Span; label: string | undefined; mark: string }, texts: Texts): Frame {
  const text = texts[span.file] ?? ''
  const lines = new Lines(text)
  const { line, col } = lines.at(span.start)
  const source = lines.line(line)
  const underlined = source.slice(col - 1, col - 1 + Math.max(span.end - span.start, 1))
  return { file: span.file, line, col, source, underlined, label, mark }
}

function renderFrame(frame: Frame, layout: { arrow: string; gutter: number; width: number }): string[] {
  const margin = ' '.repeat(layout.gutter)
  const { before, shown } = trimmed(frame, layout.width - layout.gutter - 3)
  const marks = frame.mark.repeat(Math.max(widthOf(shown.underlined), 1))
  const label = frame.label === undefined ? '' : ` ${printable(frame.label)}`
  return [
    `${margin}${layout.arrow} ${frame.file}:${frame.line}:${frame.col}`,
    `${margin} |`,
    `${String(frame.line).padStart(layout.gutter)} | ${shown.source}`.trimEnd(),
    `${margin} | ${' '.repeat(widthOf(before))}${marks}${label}`,
  ]
}

/** Cuts a long line so that what is underlined stays visible. */
function trimmed(frame: Frame, room: number): { before: string; shown: { source: string; underlined: string } } {
  const start = frame.col - 1
  const before = printable(frame.source.slice(0, start))
  const underlined = printable(frame.underlined)
  const after = printable(frame.source.slice(start + frame.underlined.length))
  if (widthOf(before + underlined + after) <= room)
    return { before, shown: { source: before + underlined + after, underlined } }
  const lead = widthOf(before) > room / 3 ? `… ${tail(before, Math.floor(room / 3))}` : before
  const marked = head(underlined, Math.max(room - widthOf(lead) - 2, 8))
  const rest = head(after, Math.max(room - widthOf(lead + marked) - 2, 0))
  const cut = marked.length < underlined.length || rest.length < after.length
  return { before: lead, shown: { source: `${lead}${marked}${rest}${cut ? ' …' : ''}`, underlined: marked } }
}

function head(text: string, columns: number): string {
  let kept = ''
  for (const character of text) {
    if (widthOf(kept + character) > columns) return kept
    kept += character
  }
  return kept
}

function tail(text: string, columns: number): string {
  return [...head([...text].reverse().join(''), columns)].reverse().join('')
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
