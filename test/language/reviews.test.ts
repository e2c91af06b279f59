import { describe, expect, test } from 'vitest'
import { compileCatalogue, overdueReviews, sourceOf } from '../../engine/language/catalogue.ts'
import { base } from './compile-case.ts'
import { contracts } from './contracts.ts'

const TODAY = '2026-08-21'

/** The base catalogue, in which `tend` alone says when it was reviewed. */
function reviewed(day: string | undefined, within?: string) {
  const change = (file: string, from: string, to: string) => {
    const text = base.files.find((source) => source.file === file)?.text ?? ''
    expect(text).toContain(from)
    return sourceOf(file, new TextEncoder().encode(text.replace(from, to)))
  }
  const value = within === undefined ? '' : `  reviewWithin: { is: ${within}, source: ours }\n`
  const changed = [
    change('base/tend.yaml', 'goal:', day === undefined ? 'goal:' : `lastReviewed: ${day}\ngoal:`),
    change('base/policy.yaml', '  patience:', `${value}  patience:`),
  ]
  const others = base.files.filter(({ file }) => changed.every((source) => source.file !== file))
  return compileCatalogue({ ...base, files: [...others, ...changed] }, contracts)
}

function warnings(day: string | undefined, within?: string) {
  const found = overdueReviews(reviewed(day, within), TODAY).filter(({ span }) => span.file === 'base/tend.yaml')
  return found.map(({ code, severity, message }) => `${severity} ${code} ${message}`)
}

describe('L-FRESH: a runbook whose review is due', () => {
  test.each([
    ['is told where nothing says when it was', undefined, /nothing says when `tend` was last reviewed/],
    ['is told where it was longer ago than the policy says', '2026-02-21', /`tend` was last reviewed longer ago/],
    ['is told where it is said to be tomorrow', '2026-08-22', /lies in the future/],
  ])('%s', (_when, day, message) => {
    expect(warnings(day, '180d')).toEqual([expect.stringMatching(/^warning RB0116 /)])
    expect(warnings(day, '180d')[0]).toMatch(message)
  })

  test('is not told on the last day on which the review is good, nor today', () => {
    expect(warnings('2026-02-22', '180d')).toEqual([])
    expect(warnings(TODAY, '180d')).toEqual([])
  })

  test('is nowhere without the policy value', () => {
    expect(warnings(undefined)).toEqual([])
    expect(warnings('2020-01-01')).toEqual([])
  })

  test('is compiled all the same, and no Plan changes with the value', () => {
    const [tight, none] = [reviewed('2020-01-01', '1d'), reviewed('2020-01-01')]
    expect(tight.diagnostics).toEqual([])
    expect(Object.keys(tight.runbooks['tend']?.plan.policy ?? {})).toEqual(
      Object.keys(none.runbooks['tend']?.plan.policy ?? {}),
    )
  })
})

test('the day of the review is part of the Plan; without one, the Plan is as it was', () => {
  expect(reviewed('2026-08-21').runbooks['tend']?.plan.runbook).toMatchObject({ lastReviewed: '2026-08-21' })
  expect(reviewed(undefined).runbooks['tend']?.plan.runbook).not.toHaveProperty('lastReviewed')
})

test.each(['2026-02-30', '2025-02-29', '2026-13-01', '2026-8-1', '20260821', '2026-08-21T00:00:00Z', 'soon'])(
  'the review was on a day of the calendar, and not on %s',
  (day) => {
    const { diagnostics } = reviewed(day)
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toContain(
      `RB0112 \`${day}\` is no day of the calendar`,
    )
  },
)
