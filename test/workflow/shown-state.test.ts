import { expect, test } from 'vitest'
import { shownState } from '../../engine/workflow/shown-state.ts'
import type { RunState } from '../../schemas/run.ts'

function reading(fact: string, size: number) {
  return {
    fact,
    action: 'platform.app',
    input: {},
    authority: 'authoritative' as const,
    value: { text: 'ä'.repeat(size / 2) },
    roundTrip: true,
    source: 'the platform',
    readAt: '2026-11-21T12:00:00Z',
  }
}

function stateWith(sizes: Readonly<Record<string, number>>): RunState {
  const facts = Object.fromEntries(Object.entries(sizes).map(([fact, size]) => [fact, reading(fact, size)]))
  return { facts, entries: [], steps: [] } as unknown as RunState
}

test('a state that a query can answer is shown as it is', () => {
  const state = stateWith({ one: 200_000, other: 200_000 })
  expect(shownState(state)).toBe(state)
})

test('of readings that are too much for one answer the largest are left out, and said to be', () => {
  const { facts } = shownState(stateWith({ small: 1_000, large: 1_600_000, middle: 600_000 }))
  expect(facts['large']).toMatchObject({ fact: 'large', unknown: { reason: 'too-large' } })
  expect(facts['large']).not.toHaveProperty('value')
  expect(facts['middle']).toHaveProperty('value')
  expect(facts['small']).toHaveProperty('value')
  expect(Buffer.byteLength(JSON.stringify({ facts }))).toBeLessThan(2_000_000)
})
