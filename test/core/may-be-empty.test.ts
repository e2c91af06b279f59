import { describe, expect, test } from 'vitest'
import { mayBeEmpty } from '../../engine/core/rules.ts'
import type { ForEach } from '../../schemas/plan.ts'
import { block, call, callee, calling } from './nested.ts'
import { act, planOf, read } from './plans.ts'

test('G12: where two items take their names from each other in different loops, the lists decide from which they come', () => {
  expect(mayBeEmpty(crossing('agents'), ['one', 'items'])).toBe(true)
  expect(mayBeEmpty(crossing('edges'), ['one', 'items'])).toBe(false)
  expect(mayBeEmpty(crossing('edges'), ['other', 'items'])).toBe(false)
})

describe('G12: seen from a step, an item is that of the loop around it', () => {
  const inner = (id: string) => act(id, { forEach: over('task', 'one') })
  const two = planOf([
    read('look', ['agents', 'edges']),
    block('perAgent', [inner('stop')], { forEach: over('one', 'agents') }),
    block('perEdge', [inner('drop')], { forEach: over('one', 'edges') }),
  ])

  test('and not that of a loop in another block, whose item has the same name', () => {
    expect(mayBeEmpty(two, ['one', 'items'], 'stop')).toBe(true)
    expect(mayBeEmpty(two, ['one', 'items'], 'drop')).toBe(false)
    expect(mayBeEmpty(two, ['one', 'items'])).toBe(false)
  })

  test('through blocks in blocks, each list as it is seen from outside its loop', () => {
    const deep = planOf([
      read('look', ['agents', 'edges']),
      block('a', [block('b', [inner('stop')], { forEach: over('one', 'other') })], {
        forEach: over('other', 'agents'),
      }),
      block('c', [block('d', [inner('drop')], { forEach: over('other', 'one') })], { forEach: over('one', 'edges') }),
    ])
    expect(mayBeEmpty(deep, ['one', 'items'], 'stop')).toBe(true)
    expect(mayBeEmpty(deep, ['other', 'items'], 'b')).toBe(true)
    expect(mayBeEmpty(deep, ['one', 'items'], 'drop')).toBe(false)
    expect(mayBeEmpty(deep, ['one', 'items'], 'd')).toBe(false)
  })

  test('and never its own item, nor one of a loop in a called runbook', () => {
    const own = planOf([read('look', ['agents']), act('stop', { forEach: over('one', 'agents') })])
    expect(mayBeEmpty(own, ['agents', 'items'], 'stop')).toBe(true)
    expect(mayBeEmpty(own, ['one', 'items'], 'stop')).toBe(false)
    const called = callee('drain', [block('perEdge', [inner('drop')], { forEach: over('one', 'edges') })])
    const caller = calling(
      [call('drainAll', called), block('perAgent', [inner('stop')], { forEach: over('one', 'agents') })],
      [called],
    )
    expect(mayBeEmpty(caller, ['one', 'items'], 'stop')).toBe(true)
    expect(mayBeEmpty(called, ['one', 'items'], 'drop')).toBe(false)
  })
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
