import { expect, test } from 'vitest'
import { mayBeEmpty } from '../../engine/core/rules.ts'
import type { ForEach } from '../../schemas/plan.ts'
import { act, planOf, read } from './plans.ts'

test('G12: where two items take their names from each other in different loops, the lists decide from which they come', () => {
  expect(mayBeEmpty(crossing('agents'), ['one', 'items'])).toBe(true)
  expect(mayBeEmpty(crossing('edges'), ['one', 'items'])).toBe(false)
  expect(mayBeEmpty(crossing('edges'), ['other', 'items'])).toBe(false)
})

/** `one` comes from a fact and `other` from it; elsewhere it is the other way round. */
function crossing(first: 'agents' | 'edges') {
  return planOf([
    read('look', ['agents', 'edges']),
    act('a', { forEach: over('one', first) }),
    act('b', { forEach: over('other', 'one') }),
    act('c', { forEach: over('other', 'agents') }),
    act('d', { forEach: over('one', 'other') }),
  ])
}

function over(item: string, list: string): ForEach {
  return { item, list: [list, 'items'], atOnce: 1, itemType: { kind: 'object', fields: {} } }
}
