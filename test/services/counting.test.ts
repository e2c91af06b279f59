import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atLeast } from '../../engine/services/versions.ts'
import { count } from '../../scripts/count.ts'

const passed = { status: 'passed', assertionResults: [{ status: 'passed' }] }

test('a run without a report counts as one failure', () => {
  expect(count(undefined, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('a file that does not load counts as one failure beside the failed tests', () => {
  const broken = { status: 'failed', assertionResults: [] }
  const failing = { status: 'failed', assertionResults: [{ status: 'failed' }] }
  const report = { numPassedTests: 1, numFailedTests: 1, numTotalTests: 3, testResults: [passed, broken, failing] }
  expect(count(report, 1)).toEqual({ passed: 1, failed: 2, skipped: 1 })
})

test('a run that fails beside its tests counts as one failure', () => {
  const report = { numPassedTests: 1, numFailedTests: 0, numTotalTests: 1, testResults: [passed] }
  expect(count(report, 1).failed).toBe(1)
  expect(count(report, 0).failed).toBe(0)
})

test('versions are compared number by number', () => {
  const version = fc.array(fc.nat(40), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(version, version, (a, b) => {
      const [x, y] = [a.join('.'), b.join('.')]
      expect(atLeast(x, x)).toBe(true)
      expect(atLeast(`${x}.1`, x)).toBe(true)
      expect(atLeast(x, y) || atLeast(y, x)).toBe(true)
    }),
  )
  expect([atLeast('1.30.0', '1.29.1'), atLeast('1.9.9', '1.29.1'), atLeast('15', '15.0')]).toEqual([true, false, true])
})
