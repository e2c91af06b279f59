import { expect, test } from 'vitest'
import { jsonDiagnostics } from '../../engine/diagnostics/json.ts'
import { sarifOf } from '../../engine/diagnostics/sarif.ts'
import type { Diagnostic } from '../../schemas/diagnostic.ts'

const texts = { 'book/a b.yaml': 'one\ntwo three\n', 'book/c.yaml': 'four\n' }
const findings: readonly Diagnostic[] = [
  { code: 'RB0102', severity: 'warning', message: 'later', span: { file: 'book/c.yaml', start: 0, end: 4 } },
  {
    code: 'RB0101',
    severity: 'error',
    message: 'no key `three`',
    span: { file: 'book/a b.yaml', start: 8, end: 13 },
    label: 'here',
    related: [{ span: { file: 'book/c.yaml', start: 0, end: 4 }, label: 'and there' }],
    help: 'drop it',
  },
  { code: 'RB9999', severity: 'error', message: 'first', span: { file: 'book/a b.yaml', start: 0, end: 3 } },
]

interface Log {
  readonly version: string
  readonly runs: readonly [{ readonly tool: { readonly driver: Driver }; readonly results: readonly Result[] }]
}
interface Driver {
  readonly version: string
  readonly rules: readonly { readonly id: string; readonly shortDescription?: { readonly text: string } }[]
}
interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly locations: readonly [{ readonly physicalLocation: { readonly region: Readonly<Record<string, number>> } }]
}

const log = sarifOf(findings, { texts, version: '1.2.3', pathOf: (file) => `ops/${file}` }) as unknown as Log
const [{ tool, results }] = log.runs

test('SARIF tells the findings of --json, in their order and at their places', () => {
  const told = results.map(({ ruleId, level, locations: [{ physicalLocation }] }) => {
    return [ruleId, level, physicalLocation.region['startLine'], physicalLocation.region['startColumn']]
  })
  const known = jsonDiagnostics(findings, texts).map(({ code, severity, line, col }) => [code, severity, line, col])
  expect(told).toEqual(known)
  expect(told).toHaveLength(findings.length)
})

test('a finding has its region, what it says, what it is related to and what helps', () => {
  expect(results[1]).toEqual({
    ruleId: 'RB0101',
    ruleIndex: 0,
    level: 'error',
    message: { text: 'no key `three`\nhelp: drop it' },
    locations: [
      {
        message: { text: 'here' },
        physicalLocation: {
          artifactLocation: { uri: 'ops/book/a%20b.yaml' },
          region: { startLine: 2, startColumn: 5, endLine: 2, endColumn: 10 },
        },
      },
    ],
    relatedLocations: [
      {
        id: 1,
        message: { text: 'and there' },
        physicalLocation: {
          artifactLocation: { uri: 'ops/book/c.yaml' },
          region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 5 },
        },
      },
    ],
  })
})

test('the tool names every code once, with its title where it has one, and results point at it', () => {
  expect(log.version).toBe('2.1.0')
  expect(tool.driver.version).toBe('1.2.3')
  expect(tool.driver.rules.map(({ id }) => id)).toEqual(['RB0101', 'RB0102', 'RB9999'])
  expect(tool.driver.rules.map(({ shortDescription }) => shortDescription !== undefined)).toEqual([true, true, false])
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
})

test('nothing found is a run without results', () => {
  const empty = sarifOf([], { texts, version: '1.2.3', pathOf: (file) => file }) as unknown as Log
  expect(empty.runs[0].results).toEqual([])
})
