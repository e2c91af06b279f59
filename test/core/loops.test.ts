import { describe, expect, test } from 'vitest'
import { variablesOf } from '../../engine/core/variables.ts'
import { act, after, decide, expecting, planOf, read, says } from './plans.ts'
import { block, each, lost, newPlan } from './nested.ts'
import { carry, denied, done, effectUnknown, failed, known, owner, results, unknown, whole } from './recorded.ts'

const look = read('look', ['edges', 'owner'])
const facts = { edges: [whole(7, 8, 9)], owner: [owner(7)], health: [known({ ok: true })] }
const roll = act('roll', { ...each(), with: { epoch: { path: ['edge', 'epoch'] } } })

describe('a step for each item of a list', () => {
  test('is carried out once for each, one after another, and has a result for each and one for all', async () => {
    const run = await carry(newPlan([look, roll, act('last')]), { facts })
    expect(run.log.filter((line) => line.startsWith('do'))).toEqual(['do roll.0', 'do roll.1', 'do roll.2', 'do last'])
    expect(run.performed.map(({ step, input }) => [step, input])).toEqual([
      ['roll.0', { epoch: 7 }],
      ['roll.1', { epoch: 8 }],
      ['roll.2', { epoch: 9 }],
      ['last', {}],
    ])
    expect(results(run)).toEqual(['look done', 'roll.0 done', 'roll.1 done', 'roll.2 done', 'roll done', 'last done'])
    expect(run.state.entries).toContainEqual(expect.objectContaining({ kind: 'items', step: 'roll', count: 3 }))
    expect(run.outcome.as).toBe('succeeded')
  })

  test('stops at the first item that is not done', async () => {
    const run = await carry(newPlan([look, roll, act('last')]), { facts, effects: { 'roll.1': [denied('quorum')] } })
    expect(results(run)).toEqual(['look done', 'roll.0 done', 'roll.1 denied', 'roll denied'])
    expect(run.outcome).toMatchObject({ as: 'blocked', denial: { rule: 'quorum' } })
  })

  test('stops at an item that is overdue, though the run goes on after it', async () => {
    const slow = expecting(['health'], 'health.ok', { withinMs: 2_000 })
    const plan = newPlan([look, { ...roll, expect: slow, continueOn: ['done', 'timed-out'] }, act('last')])
    const run = await carry(plan, { facts: { ...facts, health: [known({ ok: false })] } })
    expect(results(run)).toEqual(['look done', 'roll.0 timed-out', 'roll timed-out', 'last done'])
  })

  test('has its list taken once: what is read again meanwhile changes nothing', async () => {
    const inside = block('perEdge', [read('again', ['edges']), act('roll')], each())
    const run = await carry(newPlan([look, inside]), { facts: { ...facts, edges: [whole(7, 8), whole(1)] } })
    expect(results(run).filter((line) => line.startsWith('roll'))).toEqual(['roll.0 done', 'roll.1 done'])
  })

  test('G12: an unknown list fails the step', async () => {
    const run = await carry(newPlan([look, roll]), { facts: { ...facts, edges: [unknown('timeout')] } })
    expect(results(run)).toEqual(['look done', 'roll failed'])
    expect(run.outcome.as).toBe('failed-safe')
  })

  test('G12: an empty list counts as done only where its fact says so', async () => {
    const empty = await carry(newPlan([look, roll]), { facts: { ...facts, edges: [whole()] } })
    expect(results(empty)).toContain('roll failed')
    const agents = { ...roll, ...each(['agents', 'items']) }
    const thought = await carry(newPlan([read('look', ['agents']), agents]), { facts: { agents: [whole()] } })
    expect(results(thought)).toEqual(['look done', 'roll done'])
  })

  test('G12: an empty list of an item is judged by the loop around it, whatever items elsewhere have its name', async () => {
    const tasks = (id: string) => act(id, { ...each(['one', 'items'], 1, 'task') })
    const plan = newPlan([
      read('look', ['agents', 'edges']),
      block('perAgent', [tasks('stop')], each(['agents', 'items'], 1, 'one')),
      block('perEdge', [tasks('drop')], each(['edges', 'items'], 1, 'one')),
    ])
    const none = { value: { items: [{ items: [] }] }, complete: true }
    const run = await carry(plan, { facts: { agents: [none], edges: [none] } })
    expect(results(run).slice(0, 3)).toEqual(['look done', 'stop.0 done', 'perAgent.0 done'])
    expect(results(run)).toContain('drop.0 failed')
    const before = await carry(plan, { facts: { agents: [none], edges: [none] }, knows: [] })
    expect(results(before)).toContain('stop.0 failed')
  })

  test('takes its list from what a step returned as well; there an empty one was not thought of', async () => {
    const first = act('first')
    const overOutput = { ...act('roll'), ...each(['first', 'list']) }
    const run = await carry(newPlan([first, overOutput]), {
      effects: { first: [done({ list: [{ epoch: 1 }, { epoch: 2 }] })] },
    })
    expect(results(run)).toContain('roll.1 done')
    const none = await carry(newPlan([first, overOutput]), { effects: { first: [done({ list: [] })] } })
    expect(results(none)).toContain('roll failed')
  })

  test('G7: a conflict of an item stops the loop; no item before it is done again', async () => {
    const premise = { input: 'epoch', fact: 'edge', field: 'epoch', backTo: 'look' }
    const run = await carry(newPlan([look, { ...roll, premise }]), { facts, effects: { 'roll.1': [lost] } })
    expect(results(run)).toEqual(['look done', 'roll.0 done', 'roll.1 failed', 'roll failed'])
    expect(run.log.filter((line) => line === 'read look.edges')).toHaveLength(1)
  })
})

describe('several items at once', () => {
  test('are begun so many at a time', async () => {
    const wide = { ...roll, ...each(undefined, 2) }
    const run = await carry(newPlan([look, wide]), { facts: { ...facts, edges: [whole(1, 2, 3, 4, 5)] } })
    expect(run.log.filter((line) => line.startsWith('do')).sort()).toEqual([0, 1, 2, 3, 4].map((i) => `do roll.${i}`))
    expect(results(run).at(-1)).toBe('roll done')
  })

  test('end by themselves where one goes wrong, and no further one is begun', async () => {
    const slow = expecting(['health'], 'health.ok', { withinMs: 3_000, everyMs: 1_000 })
    const wide = block('perEdge', [act('roll'), read('settle', ['health'], { expect: slow })], each(undefined, 2))
    const run = await carry(newPlan([look, wide]), {
      facts: { ...facts, edges: [whole(1, 2, 3, 4)], health: [known({ ok: false }), known({ ok: true })] },
      effects: { 'roll.0': [denied('quorum')] },
    })
    expect(results(run)).toEqual([
      'look done',
      'roll.0 denied',
      'roll.1 done',
      'perEdge.0 failed',
      'settle.1 done',
      'perEdge.1 done',
      'perEdge failed',
    ])
    expect(run.outcome.as).toBe('blocked')
  })

  test('G1: where one cannot be determined, the run is called nothing better, though another was denied first', async () => {
    const wide = { ...roll, ...each(undefined, 3) }
    const run = await carry(newPlan([look, wide]), {
      facts,
      effects: { 'roll.0': [denied('quorum')], 'roll.2': [effectUnknown] },
    })
    expect(run.outcome.as).toBe('failed-unsafe')
  })

  test('never see each other’s results', async () => {
    const types = variablesOf(newPlan([roll]))
    const judge = decide('judge', {})
    const own = {
      ...judge,
      cases: [{ name: 'seven', predicate: says('edge.epoch == owner.epoch', types) }],
      otherwise: 'other',
      continueOn: ['seven', 'other'],
    }
    const only = act('roll', { when: after('judge', 'seven') })
    const wide = block('perEdge', [own, only], each(undefined, 3))
    const run = await carry(newPlan([look, wide]), { facts })
    expect(results(run).filter((line) => line.startsWith('roll'))).toEqual(
      expect.arrayContaining(['roll.0 done', 'roll.1 skipped', 'roll.2 skipped']),
    )
    expect(run.performed.map(({ step, grounds }) => [step, Object.keys(grounds.decisions)])).toEqual([
      ['roll.0', ['judge.0']],
    ])
  })
})

describe('a block', () => {
  test('hides what happens inside: outside stand its own result and the readings from before', async () => {
    const inside = block('inside', [read('again', ['owner']), act('first')])
    const text = { text: ['epoch ', { path: ['owner', 'epoch'] }] }
    const run = await carry(
      newPlan([look, inside, act('last', { with: { text } }), act('never', { when: after('first', 'done') })]),
      {
        facts: { ...facts, owner: [owner(7), owner(8)] },
      },
    )
    expect(results(run)).toEqual(['look done', 'again done', 'first done', 'inside done', 'last done', 'never skipped'])
    expect(run.performed[1]?.input).toEqual({ text: 'epoch 7' })
  })

  test('fails where a step inside stops it; the run is called by what that step was', async () => {
    const inside = block('inside', [act('first'), act('second')])
    const run = await carry(newPlan([inside, act('last')]), { effects: { first: [failed] } })
    expect(results(run)).toEqual(['first failed', 'inside failed'])
    expect(run.outcome).toMatchObject({ as: 'failed-safe', message: 'stopped at `first` (failed): the target refused' })
  })

  test('may fail and the run go on', async () => {
    const inside = block('inside', [act('first')], { continueOn: ['done', 'failed'] })
    const run = await carry(newPlan([inside, act('last', { when: after('inside', 'failed') })]), {
      effects: { first: [failed] },
    })
    expect(results(run)).toEqual(['first failed', 'inside failed', 'last done'])
    expect(run.outcome.as).toBe('succeeded')
  })

  test('goes back to its own readings after a conflict, in each item for itself', async () => {
    const premise = { input: 'epoch', fact: 'owner', field: 'epoch', backTo: 'again' }
    const write = act('write', { premise, with: { epoch: { path: ['owner', 'epoch'] } } })
    const run = await carry(newPlan([look, block('perEdge', [read('again', ['owner']), write], each())]), {
      facts: { edges: [whole(1, 2)], owner: [owner(7), owner(7), owner(8), owner(9)] },
      effects: { 'write.0': [lost, done()] },
    })
    expect(run.performed.map(({ activity, round, input }) => [activity, round, input])).toEqual([
      ['write.0', 0, { epoch: 7 }],
      ['write.0#2', 1, { epoch: 8 }],
      ['write.1', 0, { epoch: 9 }],
    ])
  })
})

describe('loops in loops', () => {
  test('have an id for each item of each', async () => {
    const inner = act('roll', {
      ...each(['edges', 'items'], 1, 'other'),
      with: { a: { path: ['edge', 'epoch'] }, b: { path: ['other', 'epoch'] } },
    })
    const run = await carry(newPlan([look, block('outer', [inner], each())]), {
      facts: { ...facts, edges: [whole(1, 2)] },
    })
    expect(run.performed.map(({ step, input }) => [step, input])).toEqual([
      ['roll.0.0', { a: 1, b: 1 }],
      ['roll.0.1', { a: 1, b: 2 }],
      ['roll.1.0', { a: 2, b: 1 }],
      ['roll.1.1', { a: 2, b: 2 }],
    ])
    expect(results(run)).toContain('roll.1 done')
    expect(results(run)).toContain('outer.1 done')
  })
})

test('G25: the grounds of an item hold the readings of every list on its way, as they were when it was taken', async () => {
  const before = { ...act('before'), ...each() }
  const run = await carry(newPlan([look, before, read('again', ['edges']), { ...roll, ...each() }]), {
    facts: { ...facts, edges: [whole(7, 8), whole(9)] },
  })
  const lists = run.performed.at(-1)?.grounds.lists ?? {}
  expect(Object.entries(lists).map(([loop, basis]) => [loop, basis['edges']?.activity])).toEqual([
    ['before', 'look.edges'],
    ['roll', 'again.edges'],
  ])
})

test('a Plan of version 1 waits as often as it says, a newer one no more than a thousand times', async () => {
  const long = { withinMs: 3 * 86_400_000, everyMs: 60_000 }
  const steps = [read('wait', ['health'], { expect: expecting(['health'], 'health.ok', long) })]
  const rounds = async (plan: ReturnType<typeof planOf>) => {
    const run = await carry(plan, { facts: { health: [known({ ok: false })] } })
    return run.log.filter((line) => line.startsWith('read')).length
  }
  expect(await rounds(planOf(steps))).toBe(4_321)
  expect(await rounds(newPlan(steps))).toBe(1_001)
})
