import type { Diagnostic } from '../../schemas/diagnostic.ts'
import { Lines } from './place.ts'
import { inOrder, renderDiagnostic } from './render.ts'
import type { Texts } from './render.ts'

/** What was looked at: every one of these files is a suite, whether anything was found in it or not. */
export interface JunitFrame {
  readonly texts: Texts
  readonly files: readonly string[]
}

/** The same findings as `jsonDiagnostics`, in the same order, as JUnit XML: a file without any is a case that passed. */
export function junitOf(diagnostics: readonly Diagnostic[], { texts, files }: JunitFrame): string {
  const names = [...new Set([...files, ...diagnostics.map(({ span }) => span.file)])].sort()
  const suites = names.map((name) =>
    suiteOf(name, { found: inOrder(diagnostics).filter(({ span }) => span.file === name), texts }),
  )
  const tests = suites.reduce((sum, suite) => sum + suite.tests, 0)
  const failures = suites.reduce((sum, suite) => sum + suite.failures, 0)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'runproof check', tests, failures })}>`,
    ...suites.flatMap(({ lines }) => lines),
    '</testsuites>',
    '',
  ].join('\n')
}

/** Text as XML 1.0 can carry it, in content and in attributes: what it cannot becomes U+FFFD. */
export function xmlText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

interface Suite {
  readonly tests: number
  readonly failures: number
  readonly lines: readonly string[]
}

function suiteOf(name: string, { found, texts }: { found: readonly Diagnostic[]; texts: Texts }): Suite {
  const cases = found.length > 0 ? found.flatMap((one) => caseOf(one, texts)) : [clean(name)]
  const tests = Math.max(found.length, 1)
  const failures = found.filter(({ severity }) => severity === 'error').length
  const open = `  <testsuite${attributes({ name, tests, failures })}>`
  return { tests, failures, lines: [open, ...cases, '  </testsuite>'] }
}

function clean(file: string): string {
  return `    <testcase${attributes({ classname: file, name: 'no mistake', file })}/>`
}

/** A warning is a case that passed, with something to read. */
function caseOf(diagnostic: Diagnostic, texts: Texts): string[] {
  const { code, severity, message, span } = diagnostic
  const { line, col } = new Lines(texts[span.file] ?? '').at(span.start)
  const frame = xmlText(renderDiagnostic(diagnostic, texts))
  const name = `${code} at ${line}:${col}`
  return [
    `    <testcase${attributes({ classname: span.file, name, file: span.file, line })}>`,
    severity === 'error'
      ? `      <failure${attributes({ type: code, message })}>${frame}</failure>`
      : `      <system-out>${frame}</system-out>`,
    '    </testcase>',
  ]
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join('')
}
