import { describe, expect, test } from 'vitest'
import { lookUp } from '../../engine/core/scope.ts'
import type { Json } from '../../schemas/json.ts'
import type { ObjectType } from '../../schemas/value-type.ts'

describe('a list inside an object of a reading', () => {
  const type: ObjectType = {
    kind: 'object',
    fields: { group: { kind: 'object', fields: { names: { kind: 'list', item: { kind: 'text' } } } } },
  }
  const about = (value: Json, more: object = {}, ifEmpty: 'allow' | 'unknown' = 'unknown') =>
    lookUp(['held', 'group', 'names'], {
      types: { held: type },
      values: {},
      facts: { held: { action: 'r', with: {}, result: type, ifEmpty, maxAgeMs: 0, after: [] } },
      records: {
        held: {
          fact: 'held',
          action: 'r',
          input: {},
          authority: 'authoritative',
          roundTrip: true,
          source: 'test',
          readAt: '2026-01-01T00:00:00Z',
          value,
          ...more,
        },
      },
    })

  test('G12: counts like any other: whole, and not empty unless somebody has thought of it', () => {
    expect(about({ group: { names: ['a'] } })).toHaveProperty('unknown')
    expect(about({ group: { names: ['a'] } }, { complete: true })).toEqual({ value: ['a'] })
    expect(about({ group: { names: [] } }, { complete: true })).toHaveProperty('unknown')
    expect(about({ group: { names: [] } }, { complete: true }, 'allow')).toEqual({ value: [] })
  })
})
