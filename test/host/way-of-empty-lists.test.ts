import { expect, test } from 'vitest'
import type { Claimed } from '../../engine/host/door/claimed.ts'
import { locate } from '../../engine/host/door/instance.ts'
import { Known } from '../../engine/host/door/known.ts'
import { Way } from '../../engine/host/door/way.ts'
import type { ForEach, Plan } from '../../schemas/plan.ts'
import type { AttestedFact } from '../../schemas/run.ts'
import { block } from '../core/nested.ts'
import { act, planOf, read } from '../core/plans.ts'

const TASKS = { kind: 'list', item: { kind: 'object', fields: {} } } as const

function over(item: string, list: string): ForEach {
  return { item, list: [list, 'items'], atOnce: 1, itemType: { kind: 'object', fields: { items: TASKS } } }
}

/** Nothing is done; of each block the list is known, and its one item has an empty list. */
function obstacleTo(id: string, plan: Plan): string | undefined {
  const one = (fact: string) =>
    ({ record: { fact, value: { items: [{ items: [] }] }, complete: true } }) as unknown as AttestedFact
  const lists = { perAgent: { agents: one('agents') }, perEdge: { edges: one('edges') } }
  const claimed = { grounds: { decisions: {}, lists }, done: new Map(), called: new Map(), run: { inputs: {} } }
  const asked = locate(plan, id)?.instance
  if (asked === undefined) throw new Error(`there is no \`${id}\``)
  return new Way(claimed as unknown as Claimed, new Known(claimed as unknown as Claimed)).obstacleTo(asked)
}

test('G12: the door takes the empty list of an item for one where the loop around it may have empty lists, and nowhere else', () => {
  const inner = (id: string) => act(id, { forEach: over('task', 'one') })
  const plan = planOf([
    read('look', ['agents', 'edges']),
    block('perAgent', [inner('stop')], { forEach: over('one', 'agents') }),
    act('between'),
    block('perEdge', [inner('drop')], { forEach: over('one', 'edges') }),
    act('last'),
  ])
  expect(obstacleTo('between', plan)).toBeUndefined()
  const without = { ...plan, steps: plan.steps.filter(({ id }) => id !== 'between') }
  expect(obstacleTo('last', without)).toBe('the list of `drop.0` is empty, and nothing says that empty is a value')
})
