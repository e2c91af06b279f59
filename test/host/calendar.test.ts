import { describe, expect, test } from 'vitest'
import { closingAt } from '../../engine/host/calendar.ts'
import { Practice } from './practice.ts'
import { SWITCH } from './practice-catalogue.ts'

const HOLIDAYS = {
  from: '2026-12-23T00:00:00Z',
  to: '2026-12-27T00:00:00Z',
  environments: ['production'],
  reason: 'holidays',
}
const at = (moment: string) => new Date(moment)

describe('a closed window', () => {
  test.each([
    ['2026-12-22T23:59:59.999Z', false],
    ['2026-12-23T00:00:00.000Z', true],
    ['2026-12-26T23:59:59.999Z', true],
    ['2026-12-27T00:00:00.000Z', false],
    ['2026-12-23T00:30:00.000+01:00', false],
  ])('begins with its first moment and ends before its last: %s', (moment, closed) => {
    expect(closingAt({ closed: [HOLIDAYS] }, at(moment), 'production') !== undefined).toBe(closed)
  })

  test('holds for its environments, for all where it names none, and for an effect that names none', () => {
    const during = at('2026-12-24T12:00:00Z')
    expect(closingAt({ closed: [HOLIDAYS] }, during, 'staging')).toBeUndefined()
    expect(closingAt({ closed: [HOLIDAYS] }, during, undefined)).toBe(HOLIDAYS)
    const everywhere = { ...HOLIDAYS, environments: [] }
    expect(closingAt({ closed: [everywhere] }, during, 'staging')).toBe(everywhere)
  })
})

describe('at the door, a closed window', () => {
  const closed = 'closed:\n  - { from: 2020-01-01T00:00:00Z, to: 2999-01-01T00:00:00Z, reason: always }\n'

  test('guards.md 1: denies a new change, and says until when', async () => {
    const practice = await Practice.open({ files: { 'calendar.yaml': closed } })
    const result = await practice.pass(await practice.request())
    expect(result).toMatchObject({ status: 'denied', denial: { by: 'change-window', unknown: false } })
    expect(JSON.stringify(result)).toContain('2999-01-01')
    await practice.close()
  })

  test('guards.md 1: lets through what is protective', async () => {
    const note = '  - { id: note, do: practice.writeNote, with: { text: why }, leaves: the note stays }\n'
    const files = { 'calendar.yaml': closed, 'switch.yaml': SWITCH.replace('steps:\n', `steps:\n${note}`) }
    const practice = await Practice.open({ files })
    expect(await practice.pass(await practice.request('note'))).toMatchObject({ status: 'done' })
    await practice.close()
  })
})
