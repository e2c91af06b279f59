import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonDiagnostics } from '../../engine/diagnostics/json.ts'
import { junitOf, xmlText } from '../../engine/diagnostics/junit.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'

const texts = { 'book/a.yaml': 'one\ntwo <three>\n', 'book/c.yaml': 'four\n', 'book/d.yaml': 'five\n' }
const findings: readonly Diagnostic[] = [
  { code: 'RB0102', severity: 'warning', message: 'later', span: { file: 'book/c.yaml', start: 0, end: 4 } },
  {
    code: 'RB0101',
    severity: 'error',
    message: 'no "key" <three> & \u0007',
    span: { file: 'book/a.yaml', start: 8, end: 15 },
  },
  { code: 'RB0103', severity: 'error', message: 'first', span: { file: 'book/a.yaml', start: 0, end: 3 } },
]
const xml = junitOf(findings, { texts, files: Object.keys(texts) })

/** What `xmlText` writes, read back. */
function readBack(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCodePoint(Number(code)))
}

test('JUnit tells the findings of --json, in their order and at their places', () => {
  const told = [...xml.matchAll(/<testcase classname="([^"]*)" name="(RB\d+) at (\d+):(\d+)"/g)].map((found) => [
    ...found.slice(1),
  ])
  const known = jsonDiagnostics(findings, texts).map(({ code, span, line, col }) => [
    span.file,
    code,
    String(line),
    String(col),
  ])
  expect(told).toEqual(known)
  expect(told).toHaveLength(findings.length)
})

test('an error is a failure, a warning is not, and a file without either has passed', () => {
  expect(xml).toContain('<testsuites name="runproof check" tests="4" failures="2">')
  expect(xml).toContain('<testsuite name="book/a.yaml" tests="2" failures="2">')
  expect(xml).toContain('<testsuite name="book/c.yaml" tests="1" failures="0">')
  expect(xml).toContain('<testcase classname="book/d.yaml" name="no mistake" file="book/d.yaml"/>')
  expect(xml.match(/<failure /g)).toHaveLength(2)
  expect(xml.match(/<system-out>/g)).toHaveLength(1)
})

test('what the findings say cannot become markup, and what XML cannot carry is replaced', () => {
  expect(xml).toContain('message="no &#34;key&#34; &#60;three&#62; &#38; \ufffd"')
  expect(xml).not.toMatch(/<three>|\u0007/)
})

test('any text can be read back, but for the characters that XML does not have', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const written = xmlText(text)
      expect(written).not.toMatch(/[<>"']|&(?!#\d+;)/)
      expect(written).toMatch(/^[\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u)
      const carried = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
      expect(readBack(written)).toBe(carried)
    }),
  )
  expect(xmlText('\ud800')).toBe('\ufffd')
})
