import { expect, test } from 'vitest'
import { CODES, explainCode, renderCode } from '../../engine/diagnostics/catalogue/index.ts'
import { jsonDiagnostics } from '../../engine/diagnostics/json.ts'
import { Lines } from '../../engine/diagnostics/place.ts'
import { renderDiagnostic, renderDiagnostics } from '../../engine/diagnostics/render.ts'
import { didYouMean, nearest } from '../../engine/diagnostics/suggest.ts'
import { widthOf } from '../../engine/diagnostics/width.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'

/** A diagnostic that underlines a part of a text. */
function at(text: string, part: string, rest: Partial<Diagnostic> = {}): Diagnostic {
  const start = text.indexOf(part)
  return {
    code: 'RB0101',
    severity: 'error',
    message: 'something is wrong',
    span: { file: 'a.yaml', start, end: start + part.length },
    ...rest,
  }
}

/** The line with the source and the line with the marks. */
function frame(text: string, part: string, width?: number): string[] {
  return renderDiagnostic(at(text, part), { 'a.yaml': text }, width).split('\n').slice(3, 5)
}

test('a mistake is shown with its place, its source, a label and a suggestion', () => {
  const text = 'steps:\n  - id: restart\n    do: systemd.restrat\n'
  const related = [{ span: { file: 'a.yaml', start: 9, end: 11 }, label: 'in this step' }]
  const shown = renderDiagnostic(
    at(text, 'systemd.restrat', { label: 'not there', related, help: 'did you mean `systemd.restart`?' }),
    { 'a.yaml': text },
  )
  expect(shown).toBe(
    [
      'error[RB0101]: something is wrong',
      ' --> a.yaml:3:9',
      '  |',
      '3 |     do: systemd.restrat',
      '  |         ^^^^^^^^^^^^^^^ not there',
      ' ::: a.yaml:2:3',
      '  |',
      '2 |   - id: restart',
      '  |   --',
      '  = help: did you mean `systemd.restart`?',
      '',
    ]
      .join('\n')
      .replace('  |   --\n', '  |   -- in this step\n'),
  )
})

test('a tab takes two columns, and the marks stand under what is wrong', () => {
  expect(frame('a:\tb: wrong', 'wrong')).toEqual(['1 | a:  b: wrong', '  |        ^^^^^'])
})

test('a wide character takes two columns, a combining mark none', () => {
  expect(frame('名前: wrong', '名前')).toEqual(['1 | 名前: wrong', '  | ^^^^'])
  expect(frame('é́: wrong', 'wrong')).toEqual(['1 | é́: wrong', '  |    ^^^^^'])
  expect([widthOf('🚀'), widthOf('한'), widthOf('a')]).toEqual([2, 2, 1])
})

test('control characters and characters that turn the direction of text are not printed', () => {
  const [source] = frame('a: \u001b[31m\u202ewrong', 'wrong')
  expect(source).toBe('1 | a: ·[31m·wrong')
})

test('a long line is cut, and what is wrong stays visible', () => {
  const text = `a: ${'x'.repeat(200)} wrong ${'y'.repeat(200)}`
  for (const width of [60, 80, 120]) {
    const [source = '', marks = ''] = frame(text, 'wrong', width)
    expect(widthOf(source)).toBeLessThanOrEqual(width)
    expect(source.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('wrong')
  }
})

test('mistakes come in the order of files and places, as text and as JSON', () => {
  const texts = { 'a.yaml': 'one two\nthree', 'b.yaml': 'four' }
  const later = { ...at('four', 'four'), span: { file: 'b.yaml', start: 0, end: 4 } }
  const all = [later, at('one two\nthree', 'three'), at('one two\nthree', 'two')]
  expect(jsonDiagnostics(all, texts).map(({ span, line, col }) => `${span.file}:${line}:${col}`)).toEqual([
    'a.yaml:1:5',
    'a.yaml:2:1',
    'b.yaml:1:1',
  ])
  const places = [...renderDiagnostics(all, texts).matchAll(/--> (\S+)/g)].map(([, place]) => place)
  expect(places).toEqual(['a.yaml:1:5', 'a.yaml:2:1', 'b.yaml:1:1'])
})

test('a place behind the end of a file is its end', () => {
  expect(new Lines('ab\n').at(99)).toEqual({ line: 2, col: 1 })
  expect(new Lines('').at(0)).toEqual({ line: 1, col: 1 })
})

test('the nearest name is suggested, and none that is far', () => {
  expect(nearest('onwer', ['owner', 'edges'])).toBe('owner')
  expect(nearest('edgse', ['owner', 'edges'])).toBe('edges')
  expect(nearest('x', ['owner', 'edges'])).toBeUndefined()
  expect(didYouMean('zzzzz', ['owner', 'edges'])).toBe('there are `owner`, `edges`')
  expect(didYouMean('zzzzz', [])).toBeUndefined()
})

test('every code is explained by a cause, a wrong example and a right one', () => {
  for (const [code, entry] of Object.entries(CODES)) {
    expect(code).toMatch(/^RB0[0-6]\d\d$/)
    for (const text of Object.values(entry) as string[]) expect(text.trim()).not.toBe('')
    expect(entry.wrong).not.toBe(entry.right)
    expect(renderCode(code, entry)).toContain(entry.cause)
  }
  expect(explainCode('RB9999')).toBeUndefined()
})
