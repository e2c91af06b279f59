import type { Diagnostic, Span } from '../../schemas/diagnostic.ts'
import type { Json, JsonObject } from '../../schemas/json.ts'
import { explainCode } from './catalogue/index.ts'
import { Lines } from './place.ts'
import { inOrder } from './render.ts'
import type { Texts } from './render.ts'

/** What a report for another program needs beside the findings. */
export interface SarifFrame {
  readonly texts: Texts
  readonly version: string
  /** The path of a file as other programs know it. */
  readonly pathOf: (file: string) => string
}

/** The same findings as `jsonDiagnostics`, in the same order, as SARIF 2.1.0. */
export function sarifOf(diagnostics: readonly Diagnostic[], frame: SarifFrame): JsonObject {
  const codes = [...new Set(diagnostics.map(({ code }) => code))].sort()
  const driver = { name: 'runproof', version: frame.version, rules: codes.map(ruleOf) }
  const results = inOrder(diagnostics).map((diagnostic) => resultOf(diagnostic, { codes, frame }))
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  }
}

function ruleOf(code: string): JsonObject {
  const entry = explainCode(code)
  if (entry === undefined) return { id: code }
  return { id: code, shortDescription: { text: entry.title }, fullDescription: { text: entry.cause } }
}

function resultOf(
  { code, severity, message, label, help, span, related = [] }: Diagnostic,
  { codes, frame }: { codes: readonly string[]; frame: SarifFrame },
): JsonObject {
  const own = locationOf(span, frame)
  const others = related.map((other, at) => ({
    id: at + 1,
    ...locationOf(other.span, frame),
    message: text(other.label),
  }))
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: severity,
    message: text(help === undefined ? message : `${message}\nhelp: ${help}`),
    locations: [label === undefined ? own : { ...own, message: text(label) }],
    ...(others.length > 0 ? { relatedLocations: others } : {}),
  }
}

function locationOf(span: Span, { texts, pathOf }: SarifFrame): { readonly [key: string]: Json } {
  const lines = new Lines(texts[span.file] ?? '')
  const start = lines.at(span.start)
  const end = lines.at(span.end)
  const uri = pathOf(span.file).split('/').map(encodeURIComponent).join('/')
  return {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine: start.line, startColumn: start.col, endLine: end.line, endColumn: end.col },
    },
  }
}

function text(words: string): JsonObject {
  return { text: words }
}
