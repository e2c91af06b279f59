import type { Diagnostic } from '../../schemas/diagnostic.ts'
import { Lines } from './place.ts'
import { inOrder } from './render.ts'
import type { Texts } from './render.ts'

/** A diagnostic with line and column, for programs; the text on a terminal is a view of the same object. */
export type JsonDiagnostic = Diagnostic & { readonly line: number; readonly col: number }

/** The same findings as `renderDiagnostics`, in the same order, as objects. */
export function jsonDiagnostics(diagnostics: readonly Diagnostic[], texts: Texts): JsonDiagnostic[] {
  return inOrder(diagnostics).map((diagnostic) => {
    const { line, col } = new Lines(texts[diagnostic.span.file] ?? '').at(diagnostic.span.start)
    return { ...diagnostic, line, col }
  })
}
