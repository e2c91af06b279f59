import { describe, expect, test } from 'vitest'
import { staleness } from '../../engine/core/rules.ts'
import type { FactRecord } from '../../schemas/fact.ts'

const record = (more: Partial<FactRecord>): FactRecord => ({
  ...{ fact: 'owner', action: 'lab.owner', input: {}, authority: 'authoritative', source: 'test', readAt: '' },
  roundTrip: true,
  ...more,
})

describe('G13: a record', () => {
  test.each([
    ['of a proven round trip is fresh', { roundTrip: true }, 0, undefined],
    ['of no proven round trip is stale', { roundTrip: false }, 0, 'not from a cache'],
    ['that is as old as it may be is fresh', { ageMs: 30, roundTrip: false }, 30, undefined],
    ['that is older is stale', { ageMs: 31 }, 30, '31 ms old, 30 ms allowed'],
    ['whose age does not matter needs a round trip', { ageMs: 5, roundTrip: false }, 0, 'not from a cache'],
    ['from the future is stale, however long it may be kept', { ageMs: -1 }, 30, 'its source says'],
    ['from the future is stale also where only a round trip counts', { ageMs: -1 }, 0, 'its source says'],
    ['whose age is no number is stale', { ageMs: Number.NaN }, 30, 'its source says'],
  ])('%s', (_how, more, maxAgeMs, why) => {
    const says = staleness(record(more), { maxAgeMs })
    if (why === undefined) expect(says).toBeUndefined()
    else expect(says).toContain(why)
  })
})
