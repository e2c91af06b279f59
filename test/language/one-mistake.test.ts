import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CODES } from '../../engine/diagnostics/catalogue/index.ts'
import { renderDiagnostics } from '../../engine/diagnostics/render.ts'
import { base, compileWith } from './compile-case.ts'

/** A file of the base catalogue, or all its text, with one thing changed; and what the checker must say of that. */
interface Case {
  readonly name: string
  readonly in: string
  readonly edits?: readonly (readonly [from: string, to: string])[]
  readonly text?: string
  readonly codes: readonly string[]
}

const read = (name: string) => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8')
const cases = JSON.parse(read('one-mistake.json')) as Case[]
const every = read('whole/every-construct.yaml')

function fileOf(kind: string): string {
  if (kind === 'runbook') return 'base/every-construct.yaml'
  return kind === 'rules' ? 'base/rules/routes.yaml' : `base/${kind}.yaml`
}

function textOf(one: Case): string {
  if (one.text !== undefined) return one.text
  const before = one.in === 'runbook' ? every : base.files.find(({ file }) => file === fileOf(one.in))?.text
  return (one.edits ?? []).reduce((text, [from, to]) => {
    expect(text).toContain(from)
    return text.replace(from, () => to)
  }, before ?? '')
}

/** Words of what the checker is made of, which no reader knows. */
const INTERNAL = /zod|undefined|\bnull\b|NaN|\[object|TypeError|Invalid input|expected string|cel-js/i

describe('one mistake is one error, at its place, in words of the language', () => {
  test.each(cases.map((one) => [`${one.in}: ${one.name}`, one] as const))('%s', (_name, one) => {
    const text = textOf(one)
    const { catalogue, texts } = compileWith(fileOf(one.in), text)
    const { diagnostics } = catalogue
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toHaveLength(one.codes.length)
    expect(diagnostics.map(({ code }) => code)).toEqual(one.codes)
    expect(one.codes.length).toBeLessThanOrEqual(1)
    for (const { span, message, help = '', code } of diagnostics) {
      expect(Object.keys(CODES)).toContain(code)
      expect(span.end).toBeGreaterThanOrEqual(span.start)
      expect(span.end).toBeLessThanOrEqual((texts[span.file] ?? '').length + 1)
      expect(`${message} ${help}`).not.toMatch(INTERNAL)
    }
    expect(renderDiagnostics(diagnostics, texts)).not.toMatch(INTERNAL)
  })
})

describe('a part of a runbook that is of another kind is told once', () => {
  const parts = ['inputs', 'facts', 'steps', 'outcomes', 'triggers', 'coalesce', 'doNot', 'sections', 'outputs']
  test.each(parts)('%s', (part) => {
    const lines = every.split('\n')
    const from = lines.findIndex((line) => line.startsWith(`${part}:`))
    const to = lines.findIndex((line, at) => at > from && /^\S/.test(line))
    const text = [...lines.slice(0, from), `${part}: 5`, ...lines.slice(to < 0 ? lines.length : to)].join('\n')
    const found = compileWith('base/every-construct.yaml', text).catalogue.diagnostics
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([expect.stringMatching(/^RB0103 /)])
  })
})
